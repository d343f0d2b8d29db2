import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunRecord } from './run-record';
import { UsageError } from './usage-error';

const A = { fingerprint: 'a', description: { data: 'd1', strategy: 'sma-cross 1', leverage: '30' } };
const B = { fingerprint: 'b', description: { data: 'd2', strategy: 'sma-cross 1', leverage: '10' } };

describe('RunRecord', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'run-record-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = () => RunRecord.open(folder, () => new Date(0));

  it('begins with the first run and its own account', async () => {
    const record = await open();
    expect(record.current).toBeUndefined();
    expect(await record.begin(A, false)).toEqual({
      number: 1,
      runId: 'run-0001',
      accountId: 'PAPER-1',
      resumed: false,
      previous: undefined,
    });
  });

  it('goes on with an interrupted run after a restart', async () => {
    await (await open()).begin(A, false);
    const begun = await (await open()).begin(A, false);
    expect(begun).toMatchObject({ number: 1, accountId: 'PAPER-1', resumed: true });
  });

  it('follows a finished run with the next one and a fresh account', async () => {
    const record = await open();
    await record.begin(A, false);
    await record.finish();
    const begun = await (await open()).begin(A, false);
    expect(begun).toMatchObject({ number: 2, runId: 'run-0002', accountId: 'PAPER-2', resumed: false });
    expect(begun.previous).toMatchObject({ accountId: 'PAPER-1', state: 'finished' });
  });

  it('refuses an interrupted run other data or options, saying what differs', async () => {
    await (await open()).begin(A, false);
    const before = readFileSync(join(folder, 'run.json'), 'utf8');
    const attempt = (await open()).begin(B, false);
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(
      /run-0001 was interrupted.*data: the files hold something else; leverage: it began with 30, now it is 10\..*--fresh/,
    );
    await expect(attempt).rejects.not.toThrow(/strategy/);
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe(before);
  });

  it('gives an interrupted run up when asked, be it the same or another', async () => {
    await (await open()).begin(A, false);
    expect(await (await open()).begin(B, true)).toMatchObject({ number: 2, resumed: false });
    expect(await (await open()).begin(B, true)).toMatchObject({ number: 3, resumed: false });
  });

  it('says which file is not a record', async () => {
    writeFileSync(join(folder, 'run.json'), '{"number": 1');
    await expect(open()).rejects.toThrow(/run\.json.*--data-dir/);
    writeFileSync(join(folder, 'run.json'), '{"number": 0}');
    await expect(open()).rejects.toThrow(UsageError);
  });
});
