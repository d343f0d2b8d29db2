import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

const MODULES = { folders: 'folder.mjs' };
const OPEN = 'const folder = new folders.Folder(args[0]); ';

describe('the data folder', () => {
  let path: string;
  beforeEach(() => (path = mkdtempSync(join(tmpdir(), 'trading-dev-infra-'))));
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  it('makes its secrets once and shows them to nobody else', () => {
    const secrets = evaluate(MODULES, `${OPEN} return folder.secrets`, path);
    expect(evaluate(MODULES, `${OPEN} return folder.secrets`, path)).toEqual(secrets);
    expect(new Set(Object.values(secrets as object)).size).toBe(3);
    expect(statSync(join(path, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('keeps the ports of each server', () => {
    evaluate(MODULES, `${OPEN} folder.keepPorts('a', { client: 1 }); folder.keepPorts('b', { client: 2 });`, path);
    expect(evaluate(MODULES, `${OPEN} return folder.ports`, path)).toEqual({ a: { client: 1 }, b: { client: 2 } });
  });

  it('lets one program at a time in', () => {
    // Each stays for more than one try of the other; were both let in, the order would tell.
    const both = `${OPEN} const seen = [];
      const visit = (name) => folder.exclusively(async () => {
        seen.push('in ' + name); await new Promise((done) => setTimeout(done, 250)); seen.push('out ' + name);
      });
      await Promise.all([visit('a'), visit('b')]);
      return seen;`;
    const seen = evaluate(MODULES, both, path) as string[];
    expect(seen.map((each) => each.split(' ')[0])).toEqual(['in', 'out', 'in', 'out']);
    expect(readdirSync(path)).toEqual([]);
  });

  it('does not wait for a program that died inside', () => {
    writeFileSync(join(path, 'lock'), JSON.stringify({ pid: process.pid, started: 'before this one' }));
    expect(evaluate(MODULES, `${OPEN} return folder.exclusively(() => 'in')`, path)).toBe('in');
  });

  it('is removed without what is not its own', () => {
    writeFileSync(join(path, 'mine'), '');
    evaluate(MODULES, `${OPEN} folder.secrets; folder.remove(['kafka']); folder.removeIfEmpty();`, path);
    expect(readdirSync(path)).toEqual(['mine']);
    rmSync(join(path, 'mine'));
    evaluate(MODULES, `${OPEN} folder.removeIfEmpty();`, path);
    expect(existsSync(path)).toBe(false);
  });
});
