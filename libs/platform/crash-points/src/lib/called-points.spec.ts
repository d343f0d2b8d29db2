import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRASH_POINTS } from './crash-points';

const ROOT = join(__dirname, '../../../../..');
const SOURCES = ['apps', 'libs/services', 'libs/platform', 'libs/trading'];

/** Names that the programs' sources call, with the file of each call. */
function calls(): { readonly name: string; readonly file: string }[] {
  return SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((file) => join(ROOT, folder, String(file)))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.includes('node_modules'))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/\bcrashPoint\(\s*'([^']+)'/g)].map(([, name = '']) => ({
          name,
          file,
        })),
      ),
  );
}

describe('the crash points in the sources', () => {
  const called = calls();

  it.each(CRASH_POINTS)('%s is called in exactly one place', (point) => {
    expect(called.filter(({ name }) => name === point).map(({ file }) => file)).toHaveLength(1);
  });

  it('are all in the catalogue', () => {
    expect(called.filter(({ name }) => !(CRASH_POINTS as readonly string[]).includes(name))).toEqual([]);
  });

  it('are called in the services that their names begin with', () => {
    for (const { name, file } of called) expect(file).toContain(`/services/${name.split('.')[0]}/`);
  });
});
