import { Decimal, standardInstrument } from '@trading/trading-market';
import { buyAndHold } from './buy-and-hold';

describe('buyAndHold', () => {
  it('buys at the first ask, marks at the last bid and pays the commission once', () => {
    const pnl = buyAndHold({
      instrument: standardInstrument('EURUSD'),
      lots: '0.5',
      firstAsk: 1.1001,
      lastBid: 1.1101,
      commission: '-3.5',
    });
    expect(pnl).toBe('496.50');
  });

  it('converts the profit, not the commission, into the account currency', () => {
    const pnl = buyAndHold({
      instrument: standardInstrument('USDJPY'),
      lots: '1',
      firstAsk: 110,
      lastBid: 109,
      commission: '-1',
      rate: new Decimal(1).div(100),
    });
    expect(pnl).toBe('-1001.00');
  });
});
