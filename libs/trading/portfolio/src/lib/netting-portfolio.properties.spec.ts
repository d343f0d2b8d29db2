import { Decimal, standardInstrument } from '@trading/trading-market';
import * as fc from 'fast-check';
import { CrossRates } from './conversion';
import type { FillEffect, PortfolioFill } from './fill';
import { NettingPortfolio } from './netting-portfolio';
import type { PortfolioOptions } from './portfolio';
import type { PortfolioState } from './portfolio-state';

fc.configureGlobal({ seed: 42, numRuns: 200 });

const SYMBOLS = ['EURUSD', 'USDJPY', 'US500'] as const;
const INSTRUMENTS = new Map(SYMBOLS.map((symbol) => [symbol as string, standardInstrument(symbol)]));
const QUOTES: Readonly<Record<string, { bid: number; ask: number }>> = {
  EURUSD: { bid: 1.1001, ask: 1.1003 },
  USDJPY: { bid: 110.011, ask: 110.024 },
  US500: { bid: 4001.25, ask: 4001.75 },
};
const CENT = new Decimal('0.01');

function options(): PortfolioOptions {
  const rates = new CrossRates();
  rates.onQuote('USDJPY', 110.011, 110.024);
  return { currency: 'USD', instrument: (symbol) => INSTRUMENTS.get(symbol), rates };
}

const anyFill = fc
  .record({
    symbol: fc.constantFrom(...SYMBOLS),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    centilots: fc.integer({ min: 1, max: 300 }),
    move: fc.integer({ min: -500, max: 500 }),
    commission: fc.integer({ min: 0, max: 999 }),
    swap: fc.integer({ min: -300, max: 300 }),
  })
  .map(({ symbol, side, centilots, move, commission, swap }): Omit<PortfolioFill, 'fillId' | 'coid' | 'timeUs'> => ({
    symbol,
    side,
    volumeLots: new Decimal(centilots).div(100),
    price: new Decimal(QUOTES[symbol]!.bid).plus(new Decimal(INSTRUMENTS.get(symbol)!.tickSize).mul(move)),
    commission: new Decimal(-commission).div(100),
    swap: new Decimal(swap).div(100),
    reason: 'signal',
  }));

const history = fc
  .array(anyFill, { maxLength: 30 })
  .map((fills) => fills.map((fill, i): PortfolioFill => ({ ...fill, fillId: `d${i}`, coid: `o${i}`, timeUs: i + 1 })));

function run(
  fills: readonly PortfolioFill[],
  portfolio = new NettingPortfolio(options()),
): { portfolio: NettingPortfolio; effects: FillEffect[] } {
  portfolio.deposit(new Decimal(10_000), 0);
  return { portfolio, effects: fills.map((fill) => portfolio.applyFill(fill)) };
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), new Decimal(0));
}

describe('over any history of fills', () => {
  it('cash is the sum of the ledger', () => {
    fc.assert(
      fc.property(history, (fills) => {
        const { portfolio } = run(fills);
        expect(portfolio.balance.toString()).toBe(sum(portfolio.ledger().map((entry) => entry.amount)).toString());
      }),
    );
  });

  it('the gain in equity is what was realised, the costs, and what is unrealised', () => {
    fc.assert(
      fc.property(history, (fills) => {
        const { portfolio, effects } = run(fills);
        const view = portfolio.equity((symbol) => QUOTES[symbol]);
        const realised = sum(effects.map((effect) => effect.realised));
        const costs = sum(fills.map((fill) => fill.commission.plus(fill.swap)));
        expect(view!.equity.minus(10_000).toString()).toBe(realised.plus(costs).plus(view!.unrealised).toString());
      }),
    );
  });

  it('the net of the trades and the entry costs of what is open are the change of the balance', () => {
    fc.assert(
      fc.property(history, (fills) => {
        const { portfolio, effects } = run(fills);
        const nets = sum(effects.flatMap((effect) => effect.trades.map((trade) => trade.net)));
        const open = sum(portfolio.positions().map((position) => position.entryCosts));
        expect(portfolio.balance.minus(10_000).toString()).toBe(nets.plus(open).toString());
      }),
    );
  });

  it('the position is the signed sum of the fills, and its price lies within those of its entries', () => {
    fc.assert(
      fc.property(history, (fills) => {
        const { portfolio } = run(fills);
        for (const symbol of SYMBOLS) {
          const own = fills.filter((fill) => fill.symbol === symbol);
          const lots = sum(own.map((fill) => (fill.side === 'BUY' ? fill.volumeLots : fill.volumeLots.neg())));
          const position = portfolio.position(symbol);
          expect(position.lots.toString()).toBe(lots.toString());
          if (lots.isZero()) continue;
          const prices = own.map((fill) => fill.price);
          expect(
            position.averagePrice.gte(Decimal.min(...prices)) && position.averagePrice.lte(Decimal.max(...prices)),
          ).toBe(true);
        }
      }),
    );
  });

  it('marking and then closing at the same quote gives the same money', () => {
    fc.assert(
      fc.property(history, (fills) => {
        const { portfolio } = run(fills);
        const marked = portfolio.equity((symbol) => QUOTES[symbol])!.equity;
        portfolio.positions().forEach((position, i) => {
          const long = position.lots.isPositive();
          portfolio.applyFill({
            fillId: `close-${i}`,
            coid: `close-${i}`,
            symbol: position.symbol,
            side: long ? 'SELL' : 'BUY',
            reason: 'close',
            volumeLots: position.lots.abs(),
            price: new Decimal(long ? QUOTES[position.symbol]!.bid : QUOTES[position.symbol]!.ask),
            commission: new Decimal(0),
            swap: new Decimal(0),
            timeUs: 1000,
          });
        });
        expect(portfolio.balance.toString()).toBe(marked.toString());
      }),
    );
  });

  it('a fill in two parts moves the same lots at the same price, and money within a cent for each rounding', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 99 }), (fills, percent) => {
        const parts = fills.flatMap((fill) => {
          const some = fill.volumeLots.mul(percent).div(100);
          const zero = new Decimal(0);
          return [
            { ...fill, fillId: `${fill.fillId}a`, volumeLots: some, commission: zero, swap: zero },
            { ...fill, fillId: `${fill.fillId}b`, volumeLots: fill.volumeLots.minus(some) },
          ];
        });
        const whole = run(fills).portfolio;
        const split = run(parts).portfolio;
        for (const symbol of SYMBOLS) {
          expect(split.position(symbol).lots.toString()).toBe(whole.position(symbol).lots.toString());
          const apart = split.position(symbol).averagePrice.minus(whole.position(symbol).averagePrice).abs();
          expect(apart.lt('1e-20')).toBe(true);
        }
        const apart = split.balance.minus(whole.balance).abs();
        expect(apart.lte(CENT.mul(1.5).mul(fills.length))).toBe(true);
      }),
    );
  });

  it('a portfolio restored from its snapshot goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(history, fc.nat(), (fills, at) => {
        const cut = fills.length === 0 ? 0 : at % fills.length;
        const undisturbed = run(fills);
        const first = run(fills.slice(0, cut)).portfolio;
        const state = JSON.parse(JSON.stringify(first.snapshot())) as PortfolioState;
        const resumed = NettingPortfolio.restore(options(), state);
        const effects = fills.slice(cut).map((fill) => resumed.applyFill(fill));
        expect(resumed.snapshot()).toEqual(undisturbed.portfolio.snapshot());
        expect(JSON.stringify(effects)).toBe(JSON.stringify(undisturbed.effects.slice(cut)));
      }),
    );
  });
});
