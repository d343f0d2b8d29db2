import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DataFolder } from './data-folder';
import { Program, type Ended } from './program';
import { summaryOf } from './summary';

const HEAD = 'time_ms,bid,ask\n';
const GOOD = `${HEAD}1398902400292,1.38000,1.38010\n1398902460293,1.38010,1.38020\n1398902520300,1.38020,1.38030\n`;

describe('bad input', () => {
  let folder: DataFolder;
  beforeEach(() => (folder = new DataFolder()));
  afterEach(() => folder.remove());

  const write = (name: string, content: string | Buffer): string => {
    const file = folder.beside(name);
    writeFileSync(file, content);
    return file;
  };
  const up = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    Program.up(['--data-dir', folder.path, '--exit-at-end', '--json', ...args], env).ended();
  const of = (file: string): string[] => ['--data', file, '--symbol', 'EURUSD', '--strategy', 'sma-cross'];
  /** One paragraph on standard error, nothing else, and nothing begun. */
  const expectParagraph = ({ code, out, err }: Ended, expected: number, says: RegExp): void => {
    expect(err).toMatch(says);
    expect(code).toBe(expected);
    expect(out).toBe('');
    expect(err.trimEnd()).not.toContain('\n');
    expect(err).not.toMatch(/\bat .+:\d+:\d+/);
    expect(folder.exists).toBe(false);
  };

  const files: readonly [string, string, string | Buffer, RegExp][] = [
    ['a malformed row', 'row.csv', `${GOOD}1398902580000,abc,1.39\n`, /row\.csv.*line 5.*bid.*abc/i],
    [
      'a row that lacks a field',
      'short.csv',
      `${GOOD}1398902580000,1.39\n`,
      /short\.csv.*line 5.*ask|short\.csv.*line 5/i,
    ],
    [
      'time going backwards',
      'back.csv',
      `${GOOD}1398902400000,1.38,1.39\n`,
      /back\.csv.*line 5.*before that of line 4/i,
    ],
    ['times without a zone', 'zone.csv', 'time,bid,ask\n2014.05.01 00:00:00,1.38,1.39\n', /zone\.csv.*--tz/i],
    ['an empty file', 'empty.csv', '', /empty\.csv.*empty/i],
    ['a file of a head only', 'head.csv', HEAD, /head\.csv/i],
    ['a truncated archive', 'cut.csv.gz', gzipSync(GOOD.repeat(1)).subarray(0, 60), /cut\.csv\.gz/i],
    ['an unknown format', 'odd.csv', 'foo;bar\n1;2\n', /odd\.csv/i],
    ['bytes that are no text', 'noise.csv', Buffer.from([0, 1, 2, 250, 251, 10, 0, 7]), /noise\.csv/i],
  ];
  it.each(files)('ends with 3 for %s', async (_what, name, content, says) => {
    expectParagraph(await up(of(write(name, content))), 3, says);
  });

  it('ends with 3 for a missing file', async () => {
    expectParagraph(await up(of(folder.beside('nowhere.csv'))), 3, /nowhere\.csv/);
  });

  it('counts and shows bad rows that it was told to skip', async () => {
    const file = write('some.csv', `${GOOD}1398902580000,abc,1.39\n1398902640000,1.38030,1.38040\n`);
    const ended = await up([...of(file), '--on-bad-row', 'skip']);
    expect(ended.code).toBe(0);
    const { ticks, skippedRows } = summaryOf(ended);
    expect(ticks).toBe(4);
    expect(skippedRows).toEqual({ count: 1, examples: [expect.stringMatching(/some\.csv.*line 5/i)] });
  });

  it('ends with 2 for an option that there is not, and suggests the one that was meant', async () => {
    expectParagraph(await up(['--startegy', 'sma-cross']), 2, /--startegy.*--strategy/);
  });

  it('ends with 2 for a strategy whose model there is not, and says how to get one', async () => {
    const file = write('good.csv', GOOD);
    expectParagraph(await up(['--data', file, '--symbol', 'EURUSD']), 2, /EURUSD.*trade train/s);
  });

  it('ends with 2 for a port in use that was asked for', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (const option of ['--http-port', '--grpc-port', '--terminal-port']) {
      expectParagraph(await up([option, String(port)]), 2, new RegExp(`${port}.*${option}`));
    }
    await new Promise((resolve) => server.close(resolve));
  });

  it('ends with 2 for a data folder that cannot be one', async () => {
    writeFileSync(folder.beside('occupied'), 'a file');
    const ended = await Program.up(['--data-dir', folder.beside('occupied'), '--exit-at-end', '--json']).ended();
    expectParagraph(ended, 2, /occupied.*--data-dir/s);
  });

  it('ends with 2 for broken configuration', async () => {
    expectParagraph(await up(['--balance', 'plenty']), 2, /--balance.*plenty/);
    expectParagraph(await up(['--fail-if', 'maxDrawdown>10']), 2, /maxDrawdownPct/);
    expectParagraph(await up(['--strategy', 'sma-cross', '--strategy-param', 'fast=x']), 2, /fast.*x/);
    expectParagraph(await up([], { DATABASE_URL: 'mysql://me:secret@db/x' }), 2, /^DATABASE_URL(?!.*secret)/s);
  });

  it('ends with 2 for a database that does not answer', async () => {
    const url = 'postgresql://me:secret@127.0.0.1:1/trading';
    const ended = await up(of(write('good.csv', GOOD)), { DATABASE_URL: url });
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(/DATABASE_URL.*ECONNREFUSED/);
    expect(ended.err).not.toMatch(/secret|\bat .+:\d+:\d+/);
    expect(folder.processes()).toEqual([]);
  });

  it('ends with 2 for a PostgreSQL port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ended = await up([...of(write('good.csv', GOOD)), '--postgres-port', String(port)]);
    await new Promise((resolve) => server.close(resolve));
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(`Port ${port} is in use`);
    expect(folder.processes()).toEqual([]);
  });

  it('ends with 2 for a run record that is none, and leaves it as it is', async () => {
    const first = await up(of(write('good.csv', GOOD)));
    expect(first.code).toBe(0);
    writeFileSync(folder.file('run.json'), '{"number":');
    const ended = await up(of(folder.beside('good.csv')));
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(/run\.json/);
    expect(ended.err.trimEnd()).not.toContain('\n');
    expect(folder.processes()).toEqual([]);
  });
});
