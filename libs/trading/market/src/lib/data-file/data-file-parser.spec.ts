import * as fc from 'fast-check';
import { parseZone } from '../zones';
import { DataFileError } from './data-file-error';
import { DataFileParser, type DataFileOptions } from './data-file-parser';
import type { RowChunk } from './row-chunk';

const HEADER = 'time_ms,bid,ask\n';
type Options = Partial<DataFileOptions> & { tz?: string };

function parserOf({ tz, ...options }: Options = {}): DataFileParser {
  const zone = tz === undefined ? {} : { zone: parseZone(tz)! };
  return new DataFileParser({ file: 'row.csv', onBadRow: 'fail', ...zone, ...options });
}

function chunksOf(parser: DataFileParser, ...texts: string[]): RowChunk[] {
  return [...texts.map((text) => parser.push(text)), parser.end()].filter((chunk) => chunk !== undefined);
}

/** All rows as [time in ISO, prices…]. */
function rowsOf(text: string, options?: Options): (string | number)[][] {
  return chunksOf(parserOf(options), text).flatMap((chunk) =>
    Array.from(chunk.timeUs, (timeUs, i) => [
      new Date(timeUs / 1000).toISOString(),
      ...pricesOf(chunk).map((column) => column[i]!),
    ]),
  );
}

function pricesOf(chunk: RowChunk): Float64Array[] {
  if (chunk.kind === 'ticks') return [chunk.bid, chunk.ask];
  const sides = chunk.ask === undefined ? [chunk.bid] : [chunk.bid, chunk.ask];
  return sides.flatMap(({ open, high, low, close }) => [open, high, low, close]);
}

function errorOf(text: string, options?: Options): DataFileError {
  try {
    chunksOf(parserOf(options), text);
  } catch (error) {
    if (error instanceof DataFileError) return error;
    throw error;
  }
  throw new Error('The file was accepted.');
}

const firstTime = (text: string, options?: Options) => rowsOf(`time,bid,ask\n${text},1,2\n`, options)[0]?.[0];

describe('formats', () => {
  it('ticks, with further columns, in any order and with any separator', () => {
    const expected = [['2014-05-01T00:00:00.292Z', 1.38676, 1.38686]];
    expect(rowsOf('time_ms,bid,ask\n1398902400292,1.38676,1.38686\n')).toEqual(expected);
    expect(rowsOf('Ask;Volume;Bid;Timestamp\r\n1.38686;x;1.38676;1398902400292\r\n')).toEqual(expected);
    expect(rowsOf('\ufeff"time_ms"\t"bid"\t"ask"\n"1398902400292"\t"1.38676"\t"1.38686"')).toEqual(expected);
  });

  it('ticks without a header', () => {
    expect(rowsOf('1398902400292,1.38676,1.38686\n1398902400293,1,2')).toHaveLength(2);
    expect(rowsOf('2014-05-01T00:00:00Z,1.38676,1.38686')).toHaveLength(1);
  });

  it('a blank bid or ask is unchanged', () => {
    expect(
      rowsOf(`${HEADER}1398902400000,1,2\n1398902400000,,3\n1398902400000,2,\n`).map((row) => row.slice(1)),
    ).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(errorOf(`${HEADER}1398902400000,,2\n`)).toMatchObject({ code: 'ROW_INVALID', field: 'bid', line: 2 });
  });

  it('a row passed over is not what a blank price repeats', () => {
    const text = `${HEADER}1398902400000,1,2\n1398902400000,5,x\n1398902400000,,3\n`;
    expect(rowsOf(text, { onBadRow: 'skip' })[1]?.slice(1)).toEqual([1, 3]);
  });

  it('bars of one price, with what else they have left aside', () => {
    const text =
      'date,open,high,low,close,adjclose,volume\n2000-01-03,1469.25,1478.0,1438.36,1455.22,1455.22,931800000\n';
    expect(rowsOf(text, { tz: 'UTC' })).toEqual([['2000-01-03T00:00:00.000Z', 1469.25, 1478, 1438.36, 1455.22]]);
    const [chunk] = chunksOf(parserOf({ tz: 'UTC' }), text);
    expect(chunk).not.toHaveProperty('ask');
  });

  it('bars of bid and ask', () => {
    const header = 'time_ms,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close\n';
    expect(rowsOf(`${header}1398902400000,1.2,1.4,1.1,1.3,2.2,2.4,2.1,2.3\n`)).toEqual([
      ['2014-05-01T00:00:00.000Z', 1.2, 1.4, 1.1, 1.3, 2.2, 2.4, 2.1, 2.3],
    ]);
  });

  it.each([
    'a,b,c\n1,2,3\n',
    'time,price\n1,2\n',
    'date,time,bid,ask\n2014-05-01,00:00,1,2\n',
    '<html><body>Not found</body></html>\n',
    '1398902400292,1.38676\n',
    '\u0000\u0001\u0002binary',
  ])('refuses %j, naming the file and what it would understand', (text) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ code: 'FORMAT_UNKNOWN', file: 'row.csv', line: 1 });
    expect(error.message).toMatch(
      /^row\.csv, line 1: .*"time,bid,ask".*"time,open,high,low,close".*bid_open.*found ".*"\.$/,
    );
  });

  it('says what it knows so far', () => {
    const parser = parserOf();
    expect(parser.kind).toBeUndefined();
    parser.push(HEADER);
    expect(parser.kind).toBe('ticks');
    parser.push('1398902400000,1.5,2.125\n1398902400000,1.38680,2\n');
    expect(parser.digits).toBe(5);
  });
});

describe('times', () => {
  it.each([
    ['1398902400', '2014-05-01T00:00:00.000Z'],
    ['1398902400.292', '2014-05-01T00:00:00.292Z'],
    ['1398902400292', '2014-05-01T00:00:00.292Z'],
    ['1398902400292001', '2014-05-01T00:00:00.292Z'],
    ['2014-05-01T00:00:00Z', '2014-05-01T00:00:00.000Z'],
    ['2014-05-01T02:00:00.292+02:00', '2014-05-01T00:00:00.292Z'],
    ['2014-04-30 19:00:00-0500', '2014-05-01T00:00:00.000Z'],
    ['2014.05.01 00:00:00.123 UTC', '2014-05-01T00:00:00.123Z'],
    ['2014-05-01 00:00+00', '2014-05-01T00:00:00.000Z'],
  ])('%s needs no zone', (text, expected) => {
    expect(firstTime(text)).toBe(expected);
  });

  it.each([
    ['2014-05-01', '2014-04-30T21:00:00.000Z'],
    ['20140501', '2014-04-30T21:00:00.000Z'],
    ['20140501 00:00:00', '2014-04-30T21:00:00.000Z'],
    ['2014/05/01 00:00', '2014-04-30T21:00:00.000Z'],
    ['2014.05.01 00:00:00.123', '2014-04-30T21:00:00.123Z'],
    ['2014-05-01T00:00:00Z', '2014-05-01T00:00:00.000Z'],
  ])('%s is read in the zone given, unless it names its own', (text, expected) => {
    expect(firstTime(text, { tz: 'Europe/Athens' })).toBe(expected);
  });

  it('keeps microseconds', () => {
    const [chunk] = chunksOf(parserOf(), 'time,bid,ask\n2014-05-01T00:00:00.1234567Z,1,2\n');
    expect(chunk?.timeUs[0]).toBe(1398902400123456);
    expect(chunksOf(parserOf(), 'time_us,bid,ask\n1398902400123457,1,2\n')[0]?.timeUs[0]).toBe(1398902400123457);
  });

  it('believes a header that names the unit', () => {
    expect(rowsOf('time_ms,bid,ask\n1000,1,2\n')[0]?.[0]).toBe('1970-01-01T00:00:01.000Z');
    expect(rowsOf('time_s,bid,ask\n1000,1,2\n')[0]?.[0]).toBe('1970-01-01T00:16:40.000Z');
  });

  it.each([
    '2014-13-01',
    '2014-02-29',
    '2014-05-01 24:00',
    '2014-05-01 00:00:00.',
    '2014-05-01x',
    '01.05.2014',
    'noon',
    '',
  ])('refuses "%s"', (time) => {
    const error = errorOf(`time,bid,ask\n2014-01-01,1,2\n${time},1,2\n`, { tz: 'UTC' });
    expect(error).toMatchObject({ code: 'ROW_INVALID', line: 3, field: 'time' });
  });

  it('refuses a change of unit within a file', () => {
    expect(errorOf('time,bid,ask\n1398902400,1,2\n1398902400292,1,2\n').message).toBe(
      'row.csv, line 3, field time: expected a time in epoch seconds, found "1398902400292".',
    );
  });

  it('asks for the zone of times without one, even where bad rows are skipped', () => {
    const error = errorOf('date,open,high,low,close\n2000-01-03,1,1,1,1\n', { onBadRow: 'skip' });
    expect(error).toMatchObject({ code: 'ZONE_MISSING', file: 'row.csv', line: 2, field: 'date' });
    for (const advice of ['--tz UTC', '--tz Europe/Athens', '--tz ny+7']) expect(error.message).toContain(advice);
  });

  it('accepts equal times and refuses earlier ones, even where bad rows are skipped', () => {
    const text = `${HEADER}1398902400292,1,2\n1398902400292,1,2\n\n1398902400291,1,2\n`;
    expect(errorOf(text, { file: 'back.csv', onBadRow: 'skip' })).toMatchObject({
      code: 'TIME_BACKWARDS',
      line: 5,
      message: 'back.csv, line 5: the time 1398902400291 is before that of line 3.',
    });
  });
});

describe('bad rows', () => {
  it.each([
    ['1398902400292,abc,1.2', 'field bid: expected a number, found "abc".'],
    ['1398902400292,1.1', 'field ask: expected a number, found the end of the row.'],
    ['1398902400292,1.1,-2', 'field ask: expected a finite price above 0, found "-2".'],
    ['1398902400292,0,1.2', 'field bid: expected a finite price above 0, found "0".'],
    ['1398902400292,1e999,1.2', 'field bid: expected a finite price above 0, found "1e999".'],
    ['x,1.1,1.2', 'field time_ms: expected a time in epoch milliseconds, found "x".'],
    ['1398902400292,1,38676,1,38686', 'field ask: expected 3 columns, found more: "1398902400292,1,38676,1,38686".'],
  ])('%s', (row, message) => {
    const error = errorOf(`${HEADER}1398902400000,1,2\n${row}\n1398902400293,1,2\n`);
    expect(error).toMatchObject({ code: 'ROW_INVALID', file: 'row.csv', line: 3 });
    expect(error.message).toBe(`row.csv, line 3, ${message}`);
    expect(message).toContain(error.expected!);
  });

  it.each([
    ['1.2,1.1,1.0,1.05', 'high', 'a high of at least 1.2'],
    ['1.0,1.1,1.0,1.15', 'high', 'a high of at least 1.15'],
    ['1.0,1.1,1.05,1.1', 'low', 'a low of at most 1'],
    ['1.1,1.2,1.05,1.0', 'low', 'a low of at most 1'],
    ['1.1,,1.05,1.0', 'high', 'a number'],
  ])('a bar of %s', (prices, field, expected) => {
    const error = errorOf(`time_ms,open,high,low,close\n1398902400000,${prices}\n`);
    expect(error).toMatchObject({ code: 'ROW_INVALID', line: 2, field, expected });
  });

  it('checks the ask of a bar as it does the bid', () => {
    const header = 'time_ms,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close\n';
    expect(errorOf(`${header}1398902400000,1,1,1,1,2,1.9,2,2\n`)).toMatchObject({ field: 'ask_high' });
  });

  it('are counted and shown where they are skipped', () => {
    const parser = parserOf({ onBadRow: 'skip' });
    const bad = Array.from({ length: 8 }, () => '1398902400292,abc,1\n').join('');
    const chunks = chunksOf(parser, `${HEADER}1398902400000,1,2\n${bad}1398902400293,1,2\n`);
    expect(chunks.map((chunk) => chunk.count)).toEqual([2]);
    expect(parser.skipped.count).toBe(8);
    expect(parser.skipped.examples).toHaveLength(5);
    expect(parser.skipped.examples[1]).toBe('row.csv, line 4, field bid: expected a number, found "abc".');
  });

  it('a skipped first row does not decide how times are written', () => {
    const rows = rowsOf('time,bid,ask\nnoon,1,2\n1398902400292,1,2\n', { onBadRow: 'skip' });
    expect(rows.map((row) => row[0])).toEqual(['2014-05-01T00:00:00.292Z']);
  });

  it('accepts blank lines and one separator at the end of a row', () => {
    expect(rowsOf(`${HEADER}\n1398902400000,1,2,\n  \n\n`)).toHaveLength(1);
  });
});

describe('ends', () => {
  it.each([
    ['', 'it is empty.'],
    ['\n\r\n', 'it is empty.'],
    [HEADER, 'it has a header but no rows.'],
  ])('%j holds nothing', (text, message) => {
    expect(errorOf(text)).toMatchObject({ code: 'FILE_EMPTY', message: `row.csv: ${message}` });
  });

  it('a file all of whose rows were skipped holds nothing either', () => {
    const { code, message } = errorOf(`${HEADER}x,1,2\n`, { onBadRow: 'skip' });
    expect(code).toBe('FILE_EMPTY');
    expect(message).toContain('line 2, field time_ms');
  });

  it('tells a row that was cut off from a bad one', () => {
    expect(errorOf(`${HEADER}1398902400000,1,2\n1398902400292,1.3`)).toMatchObject({
      code: 'FILE_TRUNCATED',
      line: 3,
      message: 'row.csv, line 3: the file ends in the middle of a row: expected 3 columns, found 2.',
    });
    // All prices are there, but the last of them may have lost digits.
    const bars = 'time_ms,open,high,low,close,volume\n1398902400000,1,1,1,1,9\n1398902460000,1,1,1,1';
    expect(errorOf(bars).code).toBe('FILE_TRUNCATED');
    expect(errorOf(`${HEADER}1398902400000,1,x`).code).toBe('ROW_INVALID');
  });

  it('does not gather a file without lines for ever', () => {
    const parser = parserOf();
    expect(() => parser.push('x'.repeat(100_000))).toThrow(/format is not known/);
    const second = parserOf();
    second.push(`${HEADER}1398902400000,1,2\n`);
    expect(() => second.push('1'.repeat(100_000))).toThrow(/line 3, field time_ms/);
  });
});

describe('pieces', () => {
  const row = fc.record({
    step: fc.nat(5000),
    bid: fc.integer({ min: 1, max: 300_000 }),
    ask: fc.integer({ min: 1, max: 300_000 }),
  });

  it('give the same rows wherever the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 50 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        (rows, cuts, end) => {
          let time = 1398902400000;
          const wanted = rows.map(
            ({ step, bid, ask }) => [(time += step), (bid / 1e5).toFixed(5), (ask / 1e5).toFixed(5)] as const,
          );
          const text = ['time_ms,bid,ask', ...wanted.map((cells) => cells.join(','))].join(end);
          const at = [0, ...cuts.map((cut) => cut % text.length), text.length].sort((a, b) => a - b);
          const chunks = chunksOf(parserOf(), ...at.slice(1).map((to, i) => text.slice(at[i], to)));
          const column = (name: 'timeUs' | 'bid' | 'ask') =>
            chunks.flatMap((chunk) => (chunk.kind === 'ticks' ? Array.from(chunk[name]) : []));
          expect(column('timeUs')).toEqual(wanted.map(([ms]) => ms * 1000));
          expect(column('bid')).toEqual(wanted.map(([, bid]) => Number(bid)));
          expect(column('ask')).toEqual(wanted.map(([, , ask]) => Number(ask)));
        },
      ),
      { seed: 42, numRuns: 300 },
    );
  });

  it('of many rows come out whole', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `${1398902400000 + i},1.5,${i + 1}\n`).join('');
    const [chunk] = chunksOf(parserOf(), HEADER + many);
    expect(chunk).toMatchObject({ kind: 'ticks', count: 10_000 });
    expect(chunk?.timeUs).toHaveLength(10_000);
    expect(chunk?.kind === 'ticks' && chunk.ask.every((ask, i) => ask === i + 1)).toBe(true);
  });
});
