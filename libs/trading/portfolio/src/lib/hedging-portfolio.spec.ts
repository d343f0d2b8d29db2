import { Decimal, standardInstrument } from '@trading/trading-market';
import { DuplicateFill } from '@trading/trading-orders';
import { CrossRates } from './conversion';
import type { PortfolioFill } from './fill';
import { HedgingPortfolio } from './hedging-portfolio';
import { newPortfolio, positionKey } from './new-portfolio';
import type { PortfolioOptions } from './portfolio';
import { InvalidBooking } from './portfolio-errors';

const INSTRUMENTS = new Map(['EURUSD', 'US500'].map((symbol) => [symbol, standardInstrument(symbol)]));
const OPTIONS: PortfolioOptions = {
  currency: 'USD',
  instrument: (symbol) => INSTRUMENTS.get(symbol),
  rates: new CrossRates(),
};

let fills = 0;
function fill(
  positionId: string,
  side: 'BUY' | 'SELL',
  lots: string,
  price: string,
  extra: Partial<PortfolioFill> = {},
): PortfolioFill {
  fills += 1;
  return {
    fillId: `deal-${fills}`,
    coid: `order-${fills}`,
    positionId,
    symbol: 'EURUSD',
    side,
    volumeLots: new Decimal(lots),
    price: new Decimal(price),
    commission: new Decimal(0),
    swap: new Decimal(0),
    timeUs: fills,
    reason: 'signal',
    ...extra,
  };
}

function funded(): HedgingPortfolio {
  const portfolio = new HedgingPortfolio(OPTIONS);
  portfolio.deposit(new Decimal(10_000), 0);
  return portfolio;
}

describe('HedgingPortfolio', () => {
  it('holds opposite positions of a symbol beside each other', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('1', 'BUY', '1', '1.1'));
    portfolio.applyFill(fill('2', 'SELL', '0.5', '1.2'));
    expect(portfolio.positions().map((p) => [p.positionId, p.lots.toString(), p.averagePrice.toString()])).toEqual([
      ['1', '1', '1.1'],
      ['2', '-0.5', '1.2'],
    ]);
  });

  it('averages the deals of the order that opened a position', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('1', 'BUY', '1', '1.1'));
    portfolio.applyFill(fill('1', 'BUY', '3', '1.2'));
    expect(portfolio.position('1').averagePrice.toString()).toBe('1.175');
  });

  it('closes in parts, with commission and swap, and forgets what is closed', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('1', 'BUY', '1', '1.1', { commission: new Decimal(-4) }));
    portfolio.protect('1', { stopLoss: '1.05' });
    const part = portfolio.applyFill(fill('1', 'SELL', '0.25', '1.102', { swap: new Decimal('-0.5') }));
    expect([part.realised, part.position.lots, part.position.entryCosts].map(String)).toEqual(['50', '0.75', '-3']);
    expect(part.position.stopLoss).toBe('1.05');
    expect(part.trades).toMatchObject([{ side: 'BUY', number: 1 }]);
    const all = portfolio.applyFill(fill('1', 'SELL', '0.75', '1.1'));
    expect(all.position.lots.isZero()).toBe(true);
    expect(portfolio.positions()).toHaveLength(0);
    expect(portfolio.snapshot().positions).toHaveLength(0);
    expect(portfolio.balance.toString()).toBe('10045.5');
  });

  it('closes two positions by each other with a fill on each at one price', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('1', 'BUY', '1', '1.1'));
    portfolio.applyFill(fill('2', 'SELL', '0.4', '1.11'));
    const first = portfolio.applyFill(fill('1', 'SELL', '0.4', '1.11'));
    const second = portfolio.applyFill(fill('2', 'BUY', '0.4', '1.11'));
    expect([first.realised, second.realised].map(String)).toEqual(['400', '0']);
    expect(portfolio.positions().map((p) => [p.positionId, p.lots.toString()])).toEqual([['1', '0.6']]);
  });

  it.each([
    ['names no position', { positionId: '' }],
    ['closes more than is held', { volumeLots: new Decimal(2) }],
    ['is of another symbol than its position', { symbol: 'US500' }],
  ])('refuses a fill that %s, and changes nothing', (_name, wrong) => {
    const portfolio = funded();
    portfolio.applyFill(fill('1', 'BUY', '1', '1.1'));
    const before = portfolio.snapshot();
    expect(() => portfolio.applyFill(fill('1', 'SELL', '1', '1.2', wrong))).toThrow(InvalidBooking);
    expect(portfolio.snapshot()).toEqual(before);
  });

  it('books a deal once', () => {
    const portfolio = funded();
    const deal = fill('1', 'BUY', '1', '1.1');
    portfolio.applyFill(deal);
    expect(() => portfolio.applyFill(deal)).toThrow(DuplicateFill);
  });

  it('marks each position, and the symbol by their sum', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('1', 'BUY', '1', '1.1'));
    portfolio.applyFill(fill('2', 'SELL', '1', '1.2'));
    const view = portfolio.equity(() => ({ bid: 1.15, ask: 1.16 }));
    expect([...(view?.unrealisedByPosition ?? [])].map(([key, open]) => `${key} ${open.toString()}`)).toEqual([
      '1 5000',
      '2 4000',
    ]);
    expect(view?.unrealisedBySymbol.get('EURUSD')?.toString()).toBe('9000');
    expect(view?.equity.toString()).toBe('19000');
  });
});

describe('books by margin mode', () => {
  it('go on from a snapshot', () => {
    for (const mode of ['NETTING', 'HEDGING'] as const) {
      const portfolio = newPortfolio(mode, OPTIONS);
      portfolio.deposit(new Decimal(-3), 1, 'swap');
      portfolio.applyFill(fill('1', 'BUY', '1', '1.1'));
      const state = JSON.parse(JSON.stringify(portfolio.snapshot())) as ReturnType<typeof portfolio.snapshot>;
      const restored = newPortfolio(mode, OPTIONS, state);
      const key = positionKey(mode, { symbol: 'EURUSD', positionId: '1' });
      expect([restored.marginMode, restored.position(key).lots.toString()]).toEqual([mode, '1']);
      expect(restored.snapshot()).toEqual(portfolio.snapshot());
    }
  });
});
