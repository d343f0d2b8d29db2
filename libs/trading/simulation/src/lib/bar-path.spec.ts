import { standardInstrument, type BarChunk, type PathModel } from '@trading/trading-market';
import { BarPath } from './bar-path';
import { SimulatedBroker } from './simulated-broker';

const instrument = standardInstrument('US500');
const column = (value: number): Float64Array => Float64Array.of(value);
const MINUTE = 60_000_000;

const bar = (open: number, high: number, low: number, close: number, spread?: number): BarChunk => {
  const prices = (plus: number) => ({
    open: column(open + plus),
    high: column(high + plus),
    low: column(low + plus),
    close: column(close + plus),
  });
  return {
    kind: 'bars',
    count: 1,
    timeUs: column(0),
    bid: prices(0),
    ...(spread !== undefined && { ask: prices(spread) }),
  };
};

const quotes = (chunk: BarChunk, model: PathModel, sign: -1 | 0 | 1 = 0): [number, number, number, boolean][] => {
  const path = new BarPath({ instrument, timeframe: 'M1', model, spreadPoints: 50 });
  path.start(chunk, 0);
  const seen: [number, number, number, boolean][] = [];
  while (!path.isDone) {
    path.step(sign);
    seen.push([path.timeUs, path.bid, path.ask, path.travelled]);
  }
  return seen;
};

describe('the path of a bar', () => {
  it('is the open, the extremes and the close at their times, with the spread on the ask', () => {
    expect(quotes(bar(100, 110, 90, 105.1234), 'OHLC')).toEqual([
      [0, 100, 100.5, false],
      [MINUTE / 4, 110, 110.5, true],
      [MINUTE / 2, 90, 90.5, true],
      [MINUTE - 1000, 105.12, 105.62, true],
    ]);
  });

  it('takes the ask of the file where it has one', () => {
    expect(quotes(bar(100, 110, 90, 105, 2), 'OLHC').map(([, bid, ask]) => [bid, ask])).toEqual([
      [100, 102],
      [90, 92],
      [110, 112],
      [105, 107],
    ]);
  });

  it.each([
    ['long', 1, [100, 90, 110, 105]],
    ['short', -1, [100, 110, 90, 105]],
  ] as const)('goes against a %s position first when the worst is assumed', (_name, sign, bids) => {
    expect(quotes(bar(100, 110, 90, 105), 'worst', sign).map(([, bid]) => bid)).toEqual(bids);
  });

  const playBar = (chunk: BarChunk): string[] => {
    const broker = new SimulatedBroker({
      currency: 'USD',
      leverage: 10,
      deposit: '100000',
      instruments: [instrument],
      costs: { commissionPerLot: '0' },
      slippagePoints: 0,
      latencyUs: 0,
    });
    const order = { coid: 'c', symbol: 'US500', side: 'BUY', type: 'MARKET', volumeLots: '1', fillings: [] } as const;
    broker.onTick('US500', -2, 100, 100.5);
    broker.submit({ ...order, stopLoss: '95', takeProfit: '105', reduceOnly: false, magic: '', tag: '' }, -2);
    broker.onTick('US500', -1, 100, 100.5);
    const path = new BarPath({ instrument, timeframe: 'M1', model: 'worst', spreadPoints: 50 });
    path.start(chunk, 0);
    const closed: string[] = [];
    while (!path.isDone) {
      path.step(broker.positionSign('US500'));
      const events = broker.onTick('US500', path.timeUs, path.bid, path.ask, path.travelled ? 'travel' : 'jump');
      for (const event of events) if (event.kind === 'deal') closed.push(`${event.reason} ${event.price.toFixed(2)}`);
    }
    return closed;
  };

  it('meets the stop before the target when both lie in the bar', () => {
    expect(playBar(bar(100, 110, 90, 108))).toEqual(['sl 95.00']);
  });

  it('fills a stop at the open that gapped through it', () => {
    expect(playBar(bar(93, 110, 92, 108))).toEqual(['sl 93.00']);
  });

  it('meets the target where only that lies in the bar', () => {
    expect(playBar(bar(100, 110, 99, 108))).toEqual(['tp 105.00']);
  });
});
