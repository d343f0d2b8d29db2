import { Decimal, standardInstrument } from '@trading/trading-market';
import * as fc from 'fast-check';
import { CrossRates } from './conversion';
import type { FillEffect, PortfolioFill } from './fill';
import { HedgingPortfolio } from './hedging-portfolio';
import { NettingPortfolio } from './netting-portfolio';
import type { PortfolioOptions } from './portfolio';
import type { PortfolioState } from './portfolio-state';

const SEEDED = { seed: 42, numRuns: 200 };
const EURUSD = standardInstrument('EURUSD');
const QUOTE = { bid: 1.1001, ask: 1.1003 };
const OPTIONS: PortfolioOptions = { currency: 'USD', instrument: () => EURUSD, rates: new CrossRates() };

interface Step {
  readonly position: number;
  readonly isLong: boolean;
  readonly closes: boolean;
  readonly part: number;
  readonly points: number;
  readonly costs: number;
}

const steps = fc.array(
  fc.record<Step>({
    position: fc.nat({ max: 4 }),
    isLong: fc.boolean(),
    closes: fc.boolean(),
    part: fc.integer({ min: 1, max: 100 }),
    points: fc.integer({ min: -500, max: 500 }),
    costs: fc.integer({ min: -500, max: 100 }),
  }),
  { maxLength: 40 },
);

/** Opens, enlarges and closes positions (never through zero), and keeps the lots that they must have. */
class Played {
  portfolio = new HedgingPortfolio(OPTIONS);
  readonly fills: PortfolioFill[] = [];
  readonly effects: FillEffect[] = [];
  readonly lots = new Map<string, Decimal>();

  constructor(script: readonly Step[], restoreAt = -1) {
    this.portfolio.deposit(new Decimal(10_000), 0);
    script.forEach((one, i) => {
      if (i === restoreAt) {
        const state = JSON.parse(JSON.stringify(this.portfolio.snapshot())) as PortfolioState;
        this.portfolio = HedgingPortfolio.restore(OPTIONS, state);
      }
      const fill = this.fillOf(one, i);
      this.fills.push(fill);
      this.effects.push(this.portfolio.applyFill(fill));
    });
  }

  private fillOf({ position, isLong, closes, part, points, costs }: Step, i: number): PortfolioFill {
    const positionId = String(position);
    const held = this.lots.get(positionId) ?? new Decimal(0);
    const isClose = closes && !held.isZero();
    const isBuy = held.isZero() ? isLong : held.isPositive() !== isClose;
    const volumeLots = isClose ? held.abs().mul(part).div(100) : new Decimal(part).div(100);
    this.lots.set(positionId, held.plus(isBuy ? volumeLots : volumeLots.neg()));
    return {
      fillId: `d${i}`,
      coid: `o${i}`,
      positionId,
      symbol: 'EURUSD',
      side: isBuy ? 'BUY' : 'SELL',
      volumeLots,
      price: new Decimal('1.1').plus(new Decimal(points).div(100_000)),
      commission: new Decimal(costs).div(100),
      swap: isClose ? new Decimal(-costs).div(300) : new Decimal(0),
      timeUs: i + 1,
      reason: 'signal',
    };
  }
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), new Decimal(0));
}

const over = (check: (played: Played, script: readonly Step[]) => void): void => {
  fc.assert(
    fc.property(steps, (script) => check(new Played(script), script)),
    SEEDED,
  );
};

describe('over any history of fills of a hedging account', () => {
  it('cash is the sum of the ledger', () => {
    over(({ portfolio }) => {
      expect(portfolio.balance.toString()).toBe(sum(portfolio.ledger().map(({ amount }) => amount)).toString());
    });
  });

  it('each position is the sum of its fills, and only what is open is held', () => {
    over(({ portfolio, lots }) => {
      for (const [positionId, held] of lots)
        expect(portfolio.position(positionId).lots.toString()).toBe(held.toString());
      expect(portfolio.positions()).toHaveLength([...lots.values()].filter((held) => !held.isZero()).length);
    });
  });

  it('the net of the trades and the entry costs of what is open are the change of the balance', () => {
    over(({ portfolio, effects }) => {
      const nets = sum(effects.flatMap(({ trades }) => trades.map(({ net }) => net)));
      const open = sum(portfolio.positions().map(({ entryCosts }) => entryCosts));
      expect(portfolio.balance.minus(10_000).toString()).toBe(nets.plus(open).toString());
    });
  });

  it('the equity is that of a netting account with the same fills, to a cent for each rounding', () => {
    over(({ portfolio, fills }) => {
      const netting = new NettingPortfolio(OPTIONS);
      netting.deposit(new Decimal(10_000), 0);
      for (const fill of fills) netting.applyFill(fill);
      const [hedged, netted] = [portfolio, netting].map((books) => books.equity(() => QUOTE)?.equity);
      // What is open both ways pays the spread twice.
      const spread = sum(portfolio.positions().map(({ lots }) => lots.abs())).mul(20);
      const apart = (netted ?? new Decimal(NaN)).minus(hedged ?? new Decimal(NaN));
      const roundings = 0.01 * (fills.length + 5);
      expect(apart.gte(-roundings) && apart.lte(spread.plus(roundings))).toBe(true);
    });
  });

  it('books restored from their snapshot go on as if nothing had happened', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (script, at) => {
        const resumed = new Played(script, script.length === 0 ? -1 : at % script.length);
        const undisturbed = new Played(script);
        expect(resumed.portfolio.snapshot()).toEqual(undisturbed.portfolio.snapshot());
        expect(JSON.stringify(resumed.effects)).toBe(JSON.stringify(undisturbed.effects));
      }),
      SEEDED,
    );
  });
});
