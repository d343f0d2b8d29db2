import { terminal } from '@trading/contracts';
import { standardInstrument } from '@trading/trading-market';
import type { BrokerConfig } from '@trading/trading-simulation';
import * as fc from 'fast-check';
import { PaperBooks, type PaperFrame } from './paper-books';
import { PaperDesk } from './paper-desk';
import { paperRecordSchema, type PaperRecord } from './paper-record';

fc.configureGlobal({ seed: 42 });

const SYMBOLS = ['EURUSD', 'USDJPY', 'EURJPY'] as const;
const SWAPS = { swapMode: 'points', swapLong: '-1.2', swapShort: '0.4', swapTripleWeekday: 3 } as const;
const PRICES = { EURUSD: 1.1, USDJPY: 150, EURJPY: 165 };
const MINUTE_US = 60_000_000;
const START_US = 1_800_000_000_000_000;

const configOf = (marginMode: 'NETTING' | 'HEDGING'): BrokerConfig => ({
  currency: 'USD',
  leverage: 500,
  deposit: '2000',
  instruments: SYMBOLS.map((symbol) => ({ ...standardInstrument(symbol), ...SWAPS, brokerSymbol: `${symbol}.m` })),
  costs: { commissionPerLot: '3' },
  slippagePoints: 1,
  latencyUs: 50_000,
  marginMode,
  zone: 'ny+7',
  stopOutLevelPct: 50,
});

type Step =
  | {
      readonly kind: 'quote';
      readonly symbol: (typeof SYMBOLS)[number];
      readonly move: number;
      readonly laterUs: number;
    }
  | { readonly kind: 'submit'; readonly symbol: (typeof SYMBOLS)[number]; readonly buy: boolean; readonly lots: number }
  | { readonly kind: 'limit'; readonly symbol: (typeof SYMBOLS)[number]; readonly buy: boolean; readonly away: number }
  | { readonly kind: 'cancel' | 'stops' | 'time'; readonly pick: number };

const symbol = fc.constantFrom(...SYMBOLS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('quote' as const),
      symbol,
      move: fc.integer({ min: -600, max: 600 }),
      laterUs: fc.oneof(fc.integer({ min: 0, max: MINUTE_US }), fc.integer({ min: 0, max: 600 * MINUTE_US })),
    }),
  },
  fc.record({
    kind: fc.constant('submit' as const),
    symbol,
    buy: fc.boolean(),
    lots: fc.integer({ min: 1, max: 500 }),
  }),
  fc.record({
    kind: fc.constant('limit' as const),
    symbol,
    buy: fc.boolean(),
    away: fc.integer({ min: -200, max: 200 }),
  }),
  fc.record({ kind: fc.constantFrom('cancel' as const, 'stops' as const, 'time' as const), pick: fc.nat(20) }),
);

/** What no account of this deposit survives. */
const RUIN: readonly Step[] = [
  { kind: 'submit', symbol: 'EURUSD', buy: true, lots: 300 },
  { kind: 'quote', symbol: 'EURUSD', move: 0, laterUs: MINUTE_US },
  { kind: 'quote', symbol: 'USDJPY', move: 5, laterUs: 1_000 },
  { kind: 'quote', symbol: 'EURUSD', move: -3_000, laterUs: MINUTE_US },
  { kind: 'quote', symbol: 'EURJPY', move: 3_000, laterUs: MINUTE_US },
];

/** What a terminal shows of the books, as text. */
const shown = (books: PaperBooks): string => {
  const desk = new PaperDesk(books);
  const history = desk.history({ from: 0, limit: 1_000_000 });
  return JSON.stringify([desk.snapshot(0), history, books.seq, books.epoch, [...books.results]]);
};

/** Lives through steps as a session does, and keeps the records that it makes. */
class Life {
  readonly books: PaperBooks;
  readonly records: PaperRecord[] = [];
  readonly frames: PaperFrame[] = [];
  private readonly desk: PaperDesk;
  private readonly prices = { ...PRICES };
  private nowUs = START_US;
  private count = 0;

  constructor(config: BrokerConfig) {
    this.books = new PaperBooks(config);
    this.desk = new PaperDesk(this.books);
  }

  take(one: Step): void {
    switch (one.kind) {
      case 'quote': {
        this.nowUs += one.laterUs;
        const point = one.symbol === 'EURUSD' ? 0.00001 : 0.001;
        const bid = (this.prices[one.symbol] += one.move * point);
        this.keep(this.books.onQuote(one.symbol, this.nowUs, bid, bid + 10 * point));
        return;
      }
      case 'time':
        this.keep(this.books.onTime((this.nowUs += one.pick * 60 * MINUTE_US)));
        return;
      case 'submit':
        this.submit(one.symbol, {
          side: one.buy ? 'BUY' : 'SELL',
          volume: (one.lots / 100).toFixed(2),
          type: 'MARKET',
        });
        return;
      case 'limit': {
        const point = one.symbol === 'EURUSD' ? 0.00001 : 0.001;
        const price = (this.prices[one.symbol] + one.away * point).toFixed(one.symbol === 'EURUSD' ? 5 : 3);
        const type = one.away % 2 === 0 ? 'LIMIT' : 'STOP';
        const [tif, expires] = ['GTD' as const, this.nowUs + 300 * MINUTE_US];
        this.submit(one.symbol, { side: one.buy ? 'BUY' : 'SELL', volume: '0.10', type, price, tif, expires });
        return;
      }
      case 'cancel': {
        const request = { coid: `c${one.pick}`, requestId: `r${++this.count}`, epoch: 1 };
        this.play(this.desk.cancel(request, this.nowUs).record);
        return;
      }
      case 'stops': {
        const position = this.books.broker.positions()[one.pick % 3];
        if (position === undefined) return;
        const away = position.openPrice.mul(position.side === 'BUY' ? 0.99 : 1.01);
        const named = {
          requestId: `r${++this.count}`,
          coid: '',
          symbol: `${position.symbol}.m`,
          epoch: 1,
          notAfter: Infinity,
        };
        const sl = away.toFixed(position.symbol === 'EURUSD' ? 5 : 3);
        this.play(
          this.desk.modify({ ...named, positionId: position.positionId, sl, notAfter: 2e15 }, this.nowUs).record,
        );
        return;
      }
    }
  }

  private submit(name: string, more: Partial<terminal.OrderSubmit>): void {
    const order = terminal.orderSubmitSchema.parse({
      coid: `c${++this.count}`,
      symbol: `${name}.m`,
      worstPrice: '0',
      fillings: [],
      tif: 'IOC',
      magic: '7',
      tag: 'Q',
      notAfter: this.nowUs + 60 * MINUTE_US,
      epoch: 1,
      reduceOnly: false,
      ...more,
    });
    this.play(this.desk.submit(order, this.nowUs).record);
  }

  private play(record: PaperRecord | undefined): void {
    if (record !== undefined) this.keep({ record, frames: this.books.play(record) });
  }

  private keep(made: { readonly record: PaperRecord; readonly frames: PaperFrame[] } | undefined): void {
    if (made === undefined) return;
    this.records.push(made.record);
    this.frames.push(...made.frames);
  }
}

describe("our broker's books on paper", () => {
  it.each(['NETTING', 'HEDGING'] as const)(
    'are the same again from their records, of a %s account: tickets, fills, swaps, stop-outs, events and their order',
    (mode) => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
          const config = configOf(mode);
          const life = new Life(config);
          for (const name of SYMBOLS) life.take({ kind: 'quote', symbol: name, move: 0, laterUs: 0 });
          for (const one of steps) life.take(one);
          for (const one of RUIN) life.take(one);
          const again = new PaperBooks(config);
          const frames = life.records.flatMap((record) =>
            again.replay(paperRecordSchema.parse(JSON.parse(JSON.stringify(record)))),
          );
          for (const { t, d } of frames) seen.add(`${t} ${'reason' in d ? String(d.reason) : ''}`);
          if (life.books.broker.positions().some(({ swap }) => !swap.isZero())) seen.add('swap');
          expect(JSON.stringify(frames)).toBe(JSON.stringify(life.frames));
          // Quotes since the last record are nobody's history: the account is marked to the next ones.
          for (const [name, bid, ask] of life.books.takeQuotes()) again.broker.recall(name, bid, ask);
          expect(shown(again)).toBe(shown(life.books));
        }),
        { numRuns: 200 },
      );
      // What the property would be hollow without.
      for (const what of [
        'swap',
        'trade.event order',
        'trade.event stop_out',
        'order.event broker',
        'position.event command',
      ]) {
        expect([...seen]).toContain(what);
      }
    },
  );

  it('hold few records for many quotes', () => {
    const life = new Life(configOf('NETTING'));
    for (let i = 0; i < 10_000; i++) life.take({ kind: 'quote', symbol: 'EURUSD', move: (i % 3) - 1, laterUs: 1_000 });
    life.take({ kind: 'submit', symbol: 'EURUSD', buy: true, lots: 10 });
    for (let i = 0; i < 10_000; i++) life.take({ kind: 'quote', symbol: 'EURUSD', move: (i % 3) - 1, laterUs: 1_000 });
    expect(life.records.map(({ kind }) => kind)).toEqual(['submit', 'tick']);
  });
});
