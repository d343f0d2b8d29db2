import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseZone, standardInstrument } from '@trading/trading-market';
import { TickFeed, type TickFeedOptions } from './tick-feed';

describe('the feed of quotes', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'feed-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, lines: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, lines.join('\n'));
    return path;
  };

  const read = async (files: string[], more: Partial<TickFeedOptions> = {}) => {
    const feed = new TickFeed({
      files,
      onBadRow: 'fail',
      instrument: standardInstrument('US500'),
      path: 'OHLC',
      spreadPoints: 10,
      ...more,
    });
    const quotes: [number, number, number][] = [];
    while (await feed.load()) {
      const nextUs = feed.nextTimeUs;
      feed.advance(0);
      expect(feed.timeUs).toBe(nextUs);
      quotes.push([feed.timeUs, feed.bid, feed.ask]);
    }
    await feed.close();
    return { quotes, feed };
  };

  const header = 'time_ms,bid,ask';

  it('plays the files of a symbol in order of their times, whatever their names', async () => {
    const late = write('a.csv', [header, '3000,3,3.1', '4000,4,4.1']);
    const early = write('b.csv', [header, '1000,1,1.1', '2000,2,2.1']);
    const { quotes } = await read([late, early]);
    expect(quotes.map(([us]) => us)).toEqual([1e6, 2e6, 3e6, 4e6]);
  });

  it('refuses files that overlap', async () => {
    const one = write('a.csv', [header, '1000,1,1.1', '3000,3,3.1']);
    const two = write('b.csv', [header, '2000,2,2.1']);
    await expect(read([one, two])).rejects.toMatchObject({ code: 'TIME_BACKWARDS', file: two });
  });

  it('rounds to the digits of the symbol and adds the spread where a bar has one price', async () => {
    const file = write('bars.csv', ['date,open,high,low,close', '2000-01-03,1469.250000,1478,1438.359985,1455.219971']);
    const { quotes } = await read([file], { timeframe: 'D1', zone: parseZone('UTC')! });
    const day = 86_400_000_000;
    const open = 10_959 * day;
    expect(quotes).toEqual([
      [open, 1469.25, 1469.35],
      [open + day / 4, 1478, 1478.1],
      [open + day / 2, 1438.36, 1438.46],
      [open + day - 1000, 1455.22, 1455.32],
    ]);
  });

  it('tells the timeframe of bars from their spacing, and never goes back in time', async () => {
    // The day on which New York sets its clocks forward has 23 hours.
    const file = write('days.csv', ['date,open,high,low,close', '2024-03-10,5,6,4,5', '2024-03-11,5,6,4,5', '']);
    const { quotes } = await read([file], { zone: parseZone('America/New_York')! });
    expect(quotes).toHaveLength(8);
    quotes.reduce((before, [us]) => {
      expect(us).toBeGreaterThanOrEqual(before);
      return us;
    }, 0);
  });

  it('refuses bars whose timeframe nobody can tell', async () => {
    const file = write('one.csv', ['time_ms,open,high,low,close', '1000,5,6,4,5']);
    await expect(read([file])).rejects.toMatchObject({ code: 'TIMEFRAME_MISSING' });
  });

  it('counts rows that it was told to skip', async () => {
    const file = write('a.csv', [header, '1000,1,1.1', 'x,1,1', '2000,2,2.1']);
    const { quotes, feed } = await read([file], { onBadRow: 'skip' });
    expect([quotes.length, feed.skippedRows]).toEqual([2, 1]);
  });
});
