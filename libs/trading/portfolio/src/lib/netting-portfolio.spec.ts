import { Decimal, standardInstrument } from '@trading/trading-market';
import { DuplicateFill } from '@trading/trading-orders';
import { CrossRates } from './conversion';
import type { PortfolioFill } from './fill';
import { NettingPortfolio } from './netting-portfolio';
import type { PortfolioOptions } from './portfolio';
import { ConversionMissing, InvalidBooking, PortfolioInstrumentUnknown } from './portfolio-errors';

const INSTRUMENTS = new Map(['EURUSD', 'USDJPY', 'US500'].map((symbol) => [symbol, standardInstrument(symbol)]));

function options(rates = new CrossRates()): PortfolioOptions {
  return { currency: 'USD', instrument: (symbol) => INSTRUMENTS.get(symbol), rates };
}

let fills = 0;
function fill(side: 'BUY' | 'SELL', lots: string, price: string, extra: Partial<PortfolioFill> = {}): PortfolioFill {
  fills += 1;
  return {
    fillId: `deal-${fills}`,
    coid: `order-${fills}`,
    symbol: 'EURUSD',
    side,
    volumeLots: new Decimal(lots),
    price: new Decimal(price),
    commission: new Decimal(0),
    swap: new Decimal(0),
    timeUs: fills * 1_000_000,
    reason: 'signal',
    ...extra,
  };
}

function funded(rates?: CrossRates): NettingPortfolio {
  const portfolio = new NettingPortfolio(options(rates));
  portfolio.deposit(new Decimal(10_000), 0);
  return portfolio;
}

describe('NettingPortfolio', () => {
  it('opens a position at the fill price without realising anything', () => {
    const effect = funded().applyFill(fill('BUY', '0.5', '1.1', { timeUs: 77 }));
    expect(effect.position).toMatchObject({ symbol: 'EURUSD', openedUs: 77 });
    expect([effect.position.lots, effect.position.averagePrice].map(String)).toEqual(['0.5', '1.1']);
    expect(effect.realised.toString()).toBe('0');
    expect(effect.trades).toEqual([]);
    expect(effect.ledger).toEqual([]);
  });

  it('averages the price by volume when it adds', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('SELL', '1', '1.2'));
    portfolio.applyFill(fill('SELL', '3', '1.1'));
    const position = portfolio.position('EURUSD');
    expect([position.lots, position.averagePrice].map(String)).toEqual(['-4', '1.125']);
  });

  it('realises the closed part and keeps the average price of the rest', () => {
    const portfolio = funded();
    const opened = portfolio.applyFill(fill('BUY', '1', '1.1', { commission: new Decimal(-7) }));
    const effect = portfolio.applyFill(
      fill('SELL', '0.25', '1.102', { commission: new Decimal('-1.75'), reason: 'target' }),
    );
    expect(opened.position.entryCosts.toString()).toBe('-7');
    expect(effect.realised.toString()).toBe('50');
    expect(effect.closedLots.toString()).toBe('0.25');
    expect([effect.position.lots, effect.position.averagePrice, effect.position.entryCosts].map(String)).toEqual([
      '0.75',
      '1.1',
      '-5.25',
    ]);
    const [trade] = effect.trades;
    expect(trade).toMatchObject({ number: 1, side: 'BUY', exitReason: 'target', entryUs: opened.position.openedUs });
    expect([trade!.gross, trade!.costs, trade!.net].map(String)).toEqual(['50', '-3.5', '46.5']);
    expect(effect.ledger.map(({ kind, amount }) => `${kind} ${amount.toString()}`)).toEqual([
      'commission -1.75',
      'realised 50',
    ]);
    expect(portfolio.balance.toString()).toBe('10041.25');
  });

  it('closes and opens when a fill goes through zero', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('BUY', '1', '1.1', { coid: 'first' }));
    const effect = portfolio.applyFill(
      fill('SELL', '3', '1.09', { commission: new Decimal(-9), coid: 'second', timeUs: 5 }),
    );
    expect(effect.realised.toString()).toBe('-1000');
    expect(effect.position.openedUs).toBe(5);
    expect([effect.position.lots, effect.position.averagePrice, effect.position.entryCosts].map(String)).toEqual([
      '-2',
      '1.09',
      '-6',
    ]);
    expect(effect.trades[0]).toMatchObject({ side: 'BUY', entryCoid: 'first', exitCoid: 'second' });
    expect(effect.trades[0]?.costs.toString()).toBe('-3');
    const closing = portfolio.applyFill(fill('BUY', '2', '1.09'));
    expect(closing.trades[0]).toMatchObject({ number: 2, side: 'SELL', entryCoid: 'second', entryUs: 5 });
  });

  it('is flat, with no price, stops or costs, when all is closed', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('BUY', '1', '1.1'));
    portfolio.protect('EURUSD', { stopLoss: '1.09', takeProfit: '1.12' });
    expect(portfolio.position('EURUSD')).toMatchObject({ stopLoss: '1.09', takeProfit: '1.12' });
    portfolio.applyFill(fill('SELL', '1', '1.11'));
    const flat = portfolio.position('EURUSD');
    expect(flat.stopLoss).toBeUndefined();
    expect([flat.lots, flat.averagePrice, flat.entryCosts, flat.realised].map(String)).toEqual(['0', '0', '0', '1000']);
    expect(portfolio.positions()).toEqual([]);
    expect(portfolio.protect('EURUSD', { stopLoss: '1' }).stopLoss).toBeUndefined();
  });

  it('keeps stops when it adds, clears those that are not restated, and drops them on a reversal', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('BUY', '1', '1.1'));
    portfolio.protect('EURUSD', { stopLoss: '1.09', takeProfit: '1.12' });
    expect(portfolio.applyFill(fill('BUY', '1', '1.1')).position.stopLoss).toBe('1.09');
    expect(portfolio.protect('EURUSD', { stopLoss: '1.08' }).takeProfit).toBeUndefined();
    expect(portfolio.applyFill(fill('SELL', '3', '1.1')).position.stopLoss).toBeUndefined();
  });

  it('rounds a realised profit to cents once, half to even', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('BUY', '0.1', '4000', { symbol: 'US500' }));
    expect(portfolio.applyFill(fill('SELL', '0.1', '4000.25', { symbol: 'US500' })).realised.toString()).toBe('0.02');
    portfolio.applyFill(fill('BUY', '0.1', '4000', { symbol: 'US500' }));
    expect(portfolio.applyFill(fill('SELL', '0.1', '4000.35', { symbol: 'US500' })).realised.toString()).toBe('0.04');
  });

  it('converts a profit into the account currency', () => {
    const rates = new CrossRates();
    rates.onQuote('USDJPY', 125, 125);
    const portfolio = funded(rates);
    portfolio.applyFill(fill('BUY', '1', '124', { symbol: 'USDJPY' }));
    expect(portfolio.applyFill(fill('SELL', '1', '125', { symbol: 'USDJPY' })).realised.toString()).toBe('800');
  });

  it('marks longs at the bid and shorts at the ask', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('BUY', '1', '1.1'));
    portfolio.applyFill(fill('SELL', '2', '4000', { symbol: 'US500' }));
    const view = portfolio.equity((symbol) =>
      symbol === 'EURUSD' ? { bid: 1.101, ask: 1.2 } : { bid: 3000, ask: 4001 },
    );
    expect([...view!.unrealisedBySymbol].map(([s, u]) => `${s} ${u.toString()}`)).toEqual(['EURUSD 100', 'US500 -2']);
    expect([view!.balance, view!.unrealised, view!.equity].map(String)).toEqual(['10000', '98', '10098']);
  });

  it('has no equity while an open position lacks its quote or its rate', () => {
    const portfolio = funded();
    portfolio.applyFill(fill('BUY', '1', '110', { symbol: 'USDJPY' }));
    expect(portfolio.equity(() => undefined)).toBeUndefined();
    expect(portfolio.equity(() => ({ bid: 110, ask: 110 }))).toBeUndefined();
  });

  it('drains its ledger once, and numbers the entries on', () => {
    const portfolio = funded();
    portfolio.deposit(new Decimal('-100'), 1, 'withdrawal');
    expect(portfolio.ledger()).toHaveLength(2);
    expect(portfolio.drainLedger().map(({ number, kind }) => `${number} ${kind}`)).toEqual([
      '1 deposit',
      '2 withdrawal',
    ]);
    expect(portfolio.drainLedger()).toEqual([]);
    expect(portfolio.deposit(new Decimal(5), 2, 'credit').number).toBe(3);
    expect(portfolio.balance.toString()).toBe('9905');
  });

  describe('refuses, and changes nothing:', () => {
    const first = fill('BUY', '1', '110', { symbol: 'USDJPY' });
    it.each<[string, () => PortfolioFill, new (...args: never[]) => Error]>([
      ['a fill that was booked before', () => first, DuplicateFill],
      ['an unknown instrument', () => fill('BUY', '1', '1', { symbol: 'NOPE' }), PortfolioInstrumentUnknown],
      ['a volume of zero', () => fill('BUY', '0', '1'), InvalidBooking],
      [
        'a close without a rate',
        () => fill('SELL', '1', '111', { symbol: 'USDJPY', commission: new Decimal(-1) }),
        ConversionMissing,
      ],
    ])('%s', (_what, bad, error) => {
      const portfolio = funded();
      portfolio.applyFill(first);
      const before = portfolio.snapshot();
      expect(() => portfolio.applyFill(bad())).toThrow(error);
      expect(portfolio.snapshot()).toEqual(before);
    });

    it.each([
      ['deposit', '-1'],
      ['deposit', '0'],
      ['withdrawal', '1'],
      ['credit', 'NaN'],
    ] as const)('a %s of %s', (kind, amount) => {
      const portfolio = funded();
      expect(() => portfolio.deposit(new Decimal(amount), 1, kind)).toThrow(InvalidBooking);
      expect(portfolio.balance.toString()).toBe('10000');
    });
  });
});
