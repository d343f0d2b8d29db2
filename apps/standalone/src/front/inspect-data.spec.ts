import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FileProblem } from '@trading/platform-files';
import { DataFileError } from '@trading/trading-market';
import type { DataFacts } from './data-facts';
import { exitCodeOf } from './exit-code';
import { inspectData } from './inspect-data';
import { parseUpOptions } from './options';
import { UsageError } from './usage-error';

const folder = mkdtempSync(join(tmpdir(), 'inspect-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  const text = lines.map((line) => `${line}\n`).join('');
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function inspect(files: readonly string[], ...argv: string[]): Promise<DataFacts> {
  const data = files.flatMap((path) => ['--data', path]);
  const symbol = argv.includes('--symbol') ? [] : ['--symbol', 'EURUSD'];
  const command = parseUpOptions([...data, ...symbol, '--strategy', 'sma-cross', ...argv], {});
  if (command.kind !== 'run') throw new Error('expected options');
  return inspectData(command.options);
}

async function failure(...args: Parameters<typeof inspect>): Promise<Error> {
  const error: unknown = await inspect(...args).catch((thrown: unknown) => thrown);
  if (error instanceof Error) return error;
  throw new Error('nothing was refused');
}

const TICKS = 'time_ms,bid,ask';
const T = 1_398_902_400_000;

describe('inspecting ticks', () => {
  it('counts ticks and crossed ones, and finds the quotes at both ends', async () => {
    const path = file(
      'ticks.csv',
      TICKS,
      `${T},1.39,1.38`,
      `${T + 5},1.38,1.3802`,
      `${T + 5},1.381,1.3812`,
      `${T + 9},1.382,1.3822`,
      `${T + 10},1.39,1.38`,
    );
    const facts = await inspect([path]);
    expect(facts).toMatchObject({
      kind: 'ticks',
      rows: 5,
      ticks: 5,
      crossedTicks: 2,
      digits: 5,
      timeframe: 'M1',
      fileTimeframe: undefined,
      fromUs: T * 1000,
      toUs: (T + 10) * 1000,
      spreadPoints: undefined,
      firstQuote: { timeUs: (T + 5) * 1000, bid: 1.38, ask: 1.3802 },
      lastQuote: { timeUs: (T + 9) * 1000, bid: 1.382, ask: 1.3822 },
      skipped: { count: 0, examples: [] },
    });
    expect(facts.files).toMatchObject([{ path, rows: 5 }]);
  });

  it('compares prices as they will be played, rounded to the digits of the instrument', async () => {
    const path = file('fine.csv', TICKS, `${T},1.3800004,1.3800001`, `${T + 1},1.38,1.38`);
    expect(await inspect([path])).toMatchObject({ crossedTicks: 0 });
  });

  it('takes the digits of an unknown instrument from the data', async () => {
    const path = file('odd.csv', TICKS, `${T},17.125,17.25`, `${T + 1},17.1,17.2`);
    const facts = await inspect([path], '--symbol', 'ACME');
    expect(facts.instrument).toMatchObject({ symbol: 'ACME', digits: 3, tickSize: '0.001' });
    expect(facts.firstQuote.bid).toBe(17.125);
  });

  it('gives compressed and plain text the same digest, and other text another', async () => {
    const rows = [TICKS, `${T},1.38,1.39`, `${T + 1},1.38,1.39`] as const;
    const digest = async (path: string) => (await inspect([path])).files[0]?.sha256;
    const plain = await digest(file('same.csv', ...rows));
    expect(await digest(file('same.csv.gz', ...rows))).toBe(plain);
    expect(await digest(file('more.csv', ...rows, `${T + 2},1.38,1.39`))).not.toBe(plain);
  });

  it('puts several files in order of time', async () => {
    const late = file('late.csv', TICKS, `${T + 60_000},1.40,1.41`);
    const early = file('early.csv', TICKS, `${T},1.38,1.39`, `${T + 60_000},1.39,1.40`);
    const facts = await inspect([late, early]);
    expect(facts.files.map(({ path }) => path)).toEqual([early, late]);
    expect(facts).toMatchObject({ rows: 3, firstQuote: { bid: 1.38 }, lastQuote: { bid: 1.4 } });
  });

  it('finds the first quote at or after a time, in later files too', async () => {
    const first = file('q1.csv', TICKS, `${T},1.1,1.2`, `${T + 10},1.3,1.4`);
    const second = file('q2.csv', TICKS, `${T + 20},1.6,1.5`, `${T + 30},1.7,1.8`);
    const facts = await inspect([first, second]);
    const bidFrom = async (ms: number) => (await facts.quoteFrom(ms * 1000))?.bid;
    expect(await bidFrom(0)).toBe(1.1);
    expect(await bidFrom(T)).toBe(1.1);
    expect(await bidFrom(T + 1)).toBe(1.3);
    expect(await bidFrom(T + 11)).toBe(1.7);
    expect(await bidFrom(T + 31)).toBeUndefined();
  });

  it('counts and shows what it skips', async () => {
    const path = file('skip.csv', TICKS, `${T},1.38,1.39`, `${T + 1},abc,1.39`, `${T + 2},1.38,1.39`);
    const { skipped, rows } = await inspect([path], '--on-bad-row', 'skip');
    expect(rows).toBe(2);
    expect(skipped.count).toBe(1);
    expect(skipped.examples[0]).toMatch(/skip\.csv, line 3, field bid/);
  });
});

describe('inspecting bars', () => {
  const MINUTE = 60_000;

  it('tells the timeframe from the rows, and plays four ticks for each', async () => {
    const path = file(
      'bars.csv',
      'time_ms,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close',
      `${T},1.10,1.13,1.09,1.12,1.11,1.14,1.10,1.13`,
      `${T + 5 * MINUTE},1.12,1.15,1.11,1.14,1.10,1.16,1.09,1.15`,
    );
    expect(await inspect([path])).toMatchObject({
      kind: 'bars',
      rows: 2,
      ticks: 8,
      crossedTicks: 2,
      timeframe: 'M5',
      fileTimeframe: 'M5',
      fromUs: T * 1000,
      toUs: (T + 10 * MINUTE) * 1000,
      spreadPoints: undefined,
      firstQuote: { timeUs: T * 1000, bid: 1.1, ask: 1.11 },
      lastQuote: { timeUs: (T + 10 * MINUTE) * 1000 - 1000, bid: 1.14, ask: 1.15 },
    });
    expect(await inspect([path], '--timeframe', 'H1')).toMatchObject({ timeframe: 'H1', fileTimeframe: 'M5' });
    const shorter = await failure([path], '--timeframe', 'M1');
    expect(shorter).toBeInstanceOf(UsageError);
    expect(shorter.message).toMatch(/--timeframe.*bars of M5.*found M1/);
  });

  it('puts a usual spread over data with one price, or the one asked for', async () => {
    const path = file(
      'mid.csv',
      'date,open,high,low,close',
      '2020-01-02,1000,1010,990,1005',
      '2020-01-03,1005,1010,990,1000',
    );
    const facts = await inspect([path], '--symbol', 'US500', '--tz', 'UTC');
    expect(facts).toMatchObject({ spreadPoints: 50, firstQuote: { bid: 1000, ask: 1000.5 }, timeframe: 'D1' });
    const tight = await inspect([path], '--symbol', 'US500', '--tz', 'UTC', '--spread', '3');
    expect(tight).toMatchObject({ spreadPoints: 3, lastQuote: { bid: 1000, ask: 1000.03 } });
    const stock = await inspect([path], '--symbol', 'ACME', '--tz', 'UTC');
    expect(stock).toMatchObject({ digits: 0, spreadPoints: 1 });
  });

  it('asks for the timeframe that the rows do not tell', async () => {
    const path = file('one.csv', 'time,open,high,low,close', `${T},1.1,1.2,1.0,1.1`);
    const error = await failure([path]);
    expect(error).toMatchObject({ code: 'FORMAT_UNKNOWN' });
    expect(error.message).toMatch(/one\.csv.*--timeframe/);
    expect(await inspect([path], '--timeframe', 'H1')).toMatchObject({ fileTimeframe: 'H1', timeframe: 'H1' });
  });
});

describe('data that cannot be traded', () => {
  it.each([
    ['a malformed row', 'row.csv', [TICKS, `${T},1.38,1.39`, `${T + 1},abc,1.39`], /row\.csv, line 3, field bid/],
    ['time going backwards', 'back.csv', [TICKS, `${T},1.38,1.39`, `${T - 1},1.38,1.39`], /back\.csv, line 3/],
    ['times without a zone', 'zone.csv', ['time,bid,ask', '2014.05.01 00:00:00,1.38,1.39'], /zone\.csv.*--tz/],
    ['an unknown format', 'what.csv', ['foo;bar', '1;2'], /what\.csv, line 1/],
    ['an empty file', 'empty.csv', [], /empty\.csv.*empty/],
    ['nothing but crossed quotes', 'crossed.csv', [TICKS, `${T},1.39,1.38`], /crossed\.csv.*wrong way round/],
  ])('is refused with exit code 3: %s', async (_, name, lines, says) => {
    const error = await failure([file(name, ...lines)]);
    expect(error).toBeInstanceOf(DataFileError);
    expect(exitCodeOf(error)).toBe(3);
    expect(error.message).toMatch(says);
    expect(error.message).not.toContain('\n');
  });

  it('is refused with exit code 3: a missing file', async () => {
    const error = await failure([join(folder, 'nowhere.csv')]);
    expect(error).toBeInstanceOf(FileProblem);
    expect(exitCodeOf(error)).toBe(3);
    expect(error.message).toContain('nowhere.csv');
  });

  it('is refused when files overlap or differ in kind', async () => {
    const ticks = file('a.csv', TICKS, `${T},1.38,1.39`, `${T + 10},1.38,1.39`);
    const overlapping = file('b.csv', TICKS, `${T + 9},1.38,1.39`);
    const bars = file('c.csv', 'time,open,high,low,close', `${T + 20},1.1,1.2,1.0,1.1`);
    expect((await failure([ticks, overlapping])).message).toMatch(/b\.csv.*begins before .*a\.csv ends/);
    expect((await failure([ticks, bars])).message).toMatch(/c\.csv.*holds bars, but .*a\.csv holds ticks/);
  });

  it('has no exit code of the user for a defect', () => {
    expect(exitCodeOf(new TypeError('x'))).toBeUndefined();
    expect(exitCodeOf(new UsageError('x'))).toBe(2);
    expect(exitCodeOf(Object.assign(new Error('x'), { code: 'PORT_IN_USE' }))).toBe(2);
    expect(exitCodeOf(new FileProblem('UNWRITABLE', '/x', 'no.'))).toBe(2);
  });
});

describe('the shipped data', () => {
  it('is the S&P 500 from 2000 to 2020, by the day', async () => {
    const command = parseUpOptions([], {});
    if (command.kind !== 'run') throw new Error('expected options');
    const facts = await inspectData(command.options);
    expect(facts).toMatchObject({ rows: 5105, ticks: 20_420, timeframe: 'D1', spreadPoints: 50, crossedTicks: 0 });
    const start = await facts.quoteFrom(Date.UTC(2010, 0, 1) * 1000);
    expect(start).toEqual({ timeUs: Date.UTC(2010, 0, 4) * 1000, bid: 1116.56, ask: 1117.06 });
  });
});
