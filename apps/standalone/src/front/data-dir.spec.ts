import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireDataDir } from './data-dir';
import { processIdentity } from './process-identity';
import { UsageError } from './usage-error';

const folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The id of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('a data folder', () => {
  it('is made, and used by one program at a time', async () => {
    const dataDir = join(folder, 'a', 'b');
    const lock = await acquireDataDir(dataDir);
    const second = acquireDataDir(dataDir);
    await expect(second).rejects.toThrow(UsageError);
    await expect(second).rejects.toThrow(new RegExp(`process ${process.pid}.*--data-dir`));
    await lock.release();
    await lock.release();
    expect(readdirSync(dataDir)).toEqual([]);
    await (await acquireDataDir(dataDir)).release();
  });

  it('is taken over from a program that is gone', async () => {
    const dataDir = join(folder, 'gone');
    await (await acquireDataDir(dataDir)).release();
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: endedPid(), identity: 'started 1' }));
    const lock = await acquireDataDir(dataDir);
    expect(JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('is taken over from a lock whose process id another program has now', async () => {
    const dataDir = join(folder, 'reused');
    await (await acquireDataDir(dataDir)).release();
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: process.pid, identity: 'started long ago' }));
    await (await acquireDataDir(dataDir)).release();
  });

  it('is taken over from a lock that nobody can read', async () => {
    const dataDir = join(folder, 'broken');
    await (await acquireDataDir(dataDir)).release();
    writeFileSync(join(dataDir, 'lock'), '');
    await (await acquireDataDir(dataDir)).release();
  });

  it('goes to one of many that want it at once, stale lock or not', async () => {
    const dataDir = join(folder, 'race');
    await (await acquireDataDir(dataDir)).release();
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: endedPid(), identity: 'started 1' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => acquireDataDir(dataDir)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(dataDir)).toEqual(['lock']);
  });

  it('that cannot be made is refused with advice', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(acquireDataDir(join(file, 'below'))).rejects.toThrow(/cannot be written to \(ENOTDIR\).*--data-dir/);
  });
});

describe('processIdentity', () => {
  it('stays the same while a process lives, and ends with it', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    const pid = child.pid!;
    const identity = processIdentity(pid);
    expect(identity).toMatch(/^started /);
    expect(processIdentity(pid)).toBe(identity);
    await new Promise((resolve) => child.once('exit', resolve).kill('SIGKILL'));
    expect(processIdentity(pid)).toBeUndefined();
  });
});
