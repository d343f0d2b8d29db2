import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeConfig } from '@trading/platform-config';
import { variables } from './environment';

const SOURCES = join(__dirname, '..');
/** npm's own: where it was called from and what for. */
const NOT_OURS = ['INIT_CWD', 'npm_lifecycle_event'];

describe('the table of variables', () => {
  it('lists each one that the sources read', () => {
    const files = readdirSync(SOURCES, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts') && !/\.(spec|e2e|bench)\.ts$|(^|\/)(e2e|bench)\//.test(name));
    const read = files.flatMap((name) =>
      [...readFileSync(join(SOURCES, name), 'utf8').matchAll(/\benv\['(\w+)'\]/g)].map(([, variable]) => variable),
    );
    const ours = [...new Set(read)].filter((name) => name !== undefined && !NOT_OURS.includes(name)).sort();
    expect(
      describeConfig(variables)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(ours);
  });
});
