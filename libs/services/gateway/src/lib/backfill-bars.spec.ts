import { terminal, type common } from '@trading/contracts';
import { parseTimeframe, parseZone, timeframeUs } from '@trading/trading-market';
import { barsOf, type BarRange, type BarSource } from './backfill-bars';

const HOUR_US = 3_600_000_000;
const at = (iso: string): number => Date.parse(`${iso}Z`) * 1000;
const instrument = { brokerSymbol: 'EURUSD.m' } as common.Instrument;

/** A terminal whose history has a bar for each interval, of a price that is the hour since 1970, in a broker's zone. */
function terminalIn(zoneName: string) {
  const zone = parseZone(zoneName);
  const asked: terminal.RatesGet[] = [];
  const source: BarSource = {
    instrument: (symbol) => (symbol === 'EURUSD' ? instrument : undefined),
    connection: {
      request: (type, body) => {
        const { symbol, timeframe, from, to, limit } = body as terminal.RatesGet;
        asked.push({ symbol, timeframe, from, to, limit });
        const durationUs = timeframeUs(parseTimeframe(timeframe) ?? 'M1');
        const bars: unknown[] = [];
        const offset = zone?.offsetUs(from) ?? 0;
        for (
          let local = Math.floor((from + offset) / durationUs) * durationUs;
          bars.length < limit;
          local += durationUs
        ) {
          const open = zone?.toUtcUs(local) ?? local;
          // An hour that daylight saving skips has no bar.
          if (open < from || open + (zone?.offsetUs(open) ?? 0) !== local) continue;
          if (open >= to) break;
          const [first, last] = [open / HOUR_US, (open + durationUs) / HOUR_US - 1 / 60];
          bars.push({ open, close: open + durationUs, bid: ohlc(first, last), ticks: durationUs / 60_000_000 });
        }
        return Promise.resolve(terminal.envelope(type === 'rates.get' ? 'rates' : '', { bars }, 1));
      },
    },
  };
  return { source, asked };
}

const ohlc = (o: number, c: number) => ({ o: o.toFixed(5), h: c.toFixed(5), l: o.toFixed(5), c: c.toFixed(5) });
const range = (more: Partial<BarRange>): BarRange => ({
  symbol: 'EURUSD',
  timeframe: 'M5',
  fromUs: at('2026-03-05T00:00:00'),
  toUs: at('2026-03-06T00:00:00'),
  limit: 0,
  ...more,
});

describe('the history of bars', () => {
  it("is asked in the terminal's name, in pages, and told in ours", async () => {
    const { source, asked } = terminalIn('UTC');
    const bars = await barsOf(source, range({ timeframe: 'M1', limit: 1_200 }), 1);
    expect(bars).toHaveLength(1_200);
    expect(asked.map(({ symbol, limit }) => [symbol, limit])).toEqual([
      ['EURUSD.m', 1_000],
      ['EURUSD.m', 200],
    ]);
    expect(new Set(bars.map(({ openTimeUs }) => openTimeUs)).size).toBe(1_200);
    const openTimeUs = at('2026-03-05T00:00:00');
    expect(bars[0]).toMatchObject({
      symbol: 'EURUSD',
      timeframe: 'M1',
      openTimeUs,
      closeTimeUs: openTimeUs + 60_000_000,
    });
    expect(bars[0]?.ask).toBeUndefined();
  });

  it('ends where the range does', async () => {
    const { source } = terminalIn('UTC');
    const bars = await barsOf(source, range({ timeframe: 'H1' }), 1);
    expect(bars).toHaveLength(24);
    expect(bars.at(-1)?.closeTimeUs).toBe(at('2026-03-06T00:00:00'));
  });

  it.each(['ny+7', 'Europe/Athens', 'Asia/Kolkata'])(
    'has days and four hours of UTC from a broker in %s, over changes of daylight saving',
    async (zone) => {
      for (const timeframe of ['H4', 'D1'] as const) {
        const { source } = terminalIn(zone);
        const bars = await barsOf(source, range({ timeframe, toUs: at('2026-04-02T00:00:00') }), 1);
        const durationUs = timeframeUs(timeframe);
        expect(bars).toHaveLength((28 * 24 * HOUR_US) / durationUs);
        for (const { openTimeUs, bid, tickCount } of bars) {
          expect(openTimeUs % durationUs).toBe(0);
          expect(tickCount).toBe(durationUs / 60_000_000);
          expect(bid?.open).toBeCloseTo(openTimeUs / HOUR_US, 4);
          expect(bid?.close).toBeCloseTo((openTimeUs + durationUs) / HOUR_US - 1 / 60, 4);
          expect([bid?.low, bid?.high]).toEqual([bid?.open, bid?.close]);
        }
      }
    },
  );

  it('tells no bar that its limit cut in the middle', async () => {
    const { source } = terminalIn('ny+7');
    const bars = await barsOf(source, range({ timeframe: 'D1', toUs: at('2026-06-01T00:00:00'), limit: 3 }), 1);
    expect(bars.map(({ tickCount }) => tickCount)).toEqual([1_440, 1_440]);
  });

  it.each<[string, Partial<BarRange>, unknown, string]>([
    ['a symbol that the terminal lacks', { symbol: 'XAUUSD' }, undefined, 'SYMBOL_UNKNOWN'],
    ['a timeframe that there is not', { timeframe: 'M7' }, undefined, 'TIMEFRAME_UNKNOWN'],
    ['a terminal that says nothing', {}, undefined, 'TERMINAL_NO_ANSWER'],
    ['a terminal that knows no history', {}, terminal.envelope('cmd.ack', {}, 1), 'HISTORY_UNSUPPORTED'],
    ['an answer that is none', {}, terminal.envelope('rates', { bars: [{}] }, 1), 'HISTORY_INVALID'],
    [
      'bars out of order',
      {},
      terminal.envelope(
        'rates',
        { bars: [2, 1].map((n) => ({ open: n * HOUR_US, close: 1, bid: ohlc(1, 1), ticks: 1 })) },
        1,
      ),
      'HISTORY_INVALID',
    ],
  ])('is refused for %s', async (_what, more, answer, code) => {
    const request = () =>
      answer === undefined ? Promise.reject(new Error('silence')) : Promise.resolve(answer as never);
    const source: BarSource = { instrument: terminalIn('UTC').source.instrument, connection: { request } };
    await expect(barsOf(source, range(more), 1)).rejects.toMatchObject({ code });
  });
});
