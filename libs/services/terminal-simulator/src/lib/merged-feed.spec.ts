import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { standardInstrument } from '@trading/trading-market';
import { MergedFeed } from './merged-feed';
import { TickFeed } from './tick-feed';

interface Quote {
  readonly feed: number;
  readonly timeMs: number;
  readonly bid: number;
}

/** Gaps of 0 make equal times, within a feed and between feeds. */
const feeds = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 5,
});

describe('the merge of feeds', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'merge-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const quotesOf = (gaps: readonly number[], feed: number): Quote[] => {
    let timeMs = 1000;
    return gaps.map((gap, index) => ({ feed, timeMs: (timeMs += gap), bid: index + 1 }));
  };

  const open = (quotes: readonly Quote[], feed: number): TickFeed => {
    const file = join(folder, `${feed}.csv`);
    writeFileSync(
      file,
      ['time_ms,bid,ask', ...quotes.map(({ timeMs, bid }) => `${timeMs},${bid},${bid + 1}`)].join('\n'),
    );
    return new TickFeed({
      files: [file],
      onBadRow: 'fail',
      instrument: standardInstrument('US500'),
      path: 'OHLC',
      spreadPoints: 0,
    });
  };

  /** @param asks whether a quote is asked for once more than needed, as a pace does */
  const play = async (all: readonly (readonly Quote[])[], asks = false): Promise<Quote[]> => {
    const parts = all.map(open);
    const merged = new MergedFeed(parts);
    const played: Quote[] = [];
    while (await merged.load()) {
      if (asks) expect(Math.min(...merged.nextTimesUs())).toBe(merged.nextTimeUs);
      const feed = merged.next;
      const dueUs = merged.nextTimeUs;
      merged.advance(0);
      expect(merged.timeUs).toBe(dueUs);
      played.push({ feed, timeMs: merged.timeUs / 1000, bid: parts[feed]!.bid });
      if (asks) await merged.load();
    }
    expect(parts.map((_, index) => merged.hasEnded(index))).toEqual(parts.map(() => true));
    await Promise.all(parts.map((part) => part.close()));
    return played;
  };

  it('has every quote once, by time, equal times in the order of the feeds, each feed in its own order', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, fc.boolean(), async (gaps, asks) => {
        const all = gaps.map(quotesOf);
        // Array.prototype.sort is stable: what is equal in time and feed keeps its own order.
        const expected = all.flat().sort((a, b) => a.timeMs - b.timeMs || a.feed - b.feed);
        expect(await play(all, asks)).toEqual(expected);
      }),
      { seed: 42, numRuns: 60 },
    );
  });

  it('does not depend on where files are cut into pieces', async () => {
    const long = Array.from({ length: 8000 }, (_, i) => ({ feed: 0, timeMs: 1000 + i * 2, bid: (i % 90) + 1 }));
    const short = Array.from({ length: 5000 }, (_, i) => ({ feed: 1, timeMs: 1000 + i * 3, bid: (i % 90) + 1 }));
    const expected = [...long, ...short].sort((a, b) => a.timeMs - b.timeMs || a.feed - b.feed);
    expect(await play([long, short])).toEqual(expected);
  });
});
