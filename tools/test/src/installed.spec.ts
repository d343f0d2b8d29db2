import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULE = join(__dirname, '../installed.mjs');

/** The module under test is loaded by Node itself, as the runner does, for jest does not load ES modules. */
function isInstalled(root: string): unknown {
  const program = `import { isInstalled } from ${JSON.stringify(MODULE)}; console.log(isInstalled(process.argv[1]));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program, root], { encoding: 'utf8' }));
}

describe('what is installed', () => {
  let root: string;
  const wanted = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b': { version: '2.0.0', integrity: 'sha512-b', optional: true },
  };
  const write = (path: string, packages: object): void => writeFileSync(join(root, path), JSON.stringify({ packages }));
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'trading-installed-'));
    mkdirSync(join(root, 'node_modules'));
    write('package-lock.json', wanted);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is enough when only optional packages are absent', () => {
    write('node_modules/.package-lock.json', { 'node_modules/a': wanted['node_modules/a'] });
    expect(isInstalled(root)).toBe(true);
  });

  it('is not enough when a package is absent, of another version or of other content', () => {
    for (const a of [
      undefined,
      { version: '1.0.1', integrity: 'sha512-a' },
      { version: '1.0.0', integrity: 'sha512-x' },
    ]) {
      write('node_modules/.package-lock.json', a === undefined ? {} : { 'node_modules/a': a });
      expect(isInstalled(root)).toBe(false);
    }
  });

  it('is not enough when nothing is', () => {
    expect(isInstalled(root)).toBe(false);
  });
});
