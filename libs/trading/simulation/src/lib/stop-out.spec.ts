import { brokerWith, eurusd, orderOf, said } from './broker-fixtures';
import type { SimulatedBroker } from './simulated-broker';

const GBPUSD = { ...eurusd({}), symbol: 'GBPUSD', baseCurrency: 'GBP' };

/** Two positions from a deposit of 3,000 at leverage 100; the margin is 1,300.10 + 1,000. */
const holding = (stopOutLevelPct?: number): SimulatedBroker => {
  const b = brokerWith({
    deposit: '3000',
    leverage: 100,
    instruments: [eurusd({}), GBPUSD],
    marginCallLevelPct: 100,
    ...(stopOutLevelPct !== undefined && { stopOutLevelPct }),
  });
  b.submit(orderOf({ coid: 'e', volumeLots: '1' }), 1);
  b.submit(orderOf({ coid: 'g', symbol: 'GBPUSD', volumeLots: '1', side: 'SELL' }), 1);
  b.onTick('EURUSD', 2, 1.3, 1.3001);
  b.onTick('GBPUSD', 2, 1, 1.0001);
  return b;
};

describe('an account whose equity is too small for its margin', () => {
  it('is called, and then loses the position with the largest loss, and only as many as need be', () => {
    const b = holding(50);
    expect(b.onTick('EURUSD', 3, 1.2929, 1.293)).toHaveLength(0);
    expect(b.account().isMarginCall).toBe(true);
    expect(b.onTick('GBPUSD', 4, 1.0111, 1.0112)).toHaveLength(0);
    // Equity 3000 - 720 - 1130 = 1150, just below half of the margin of 2,300.10.
    expect(said(b.onTick('GBPUSD', 5, 1.0112, 1.0113))).toEqual(['stop_out BUY 1.00 at 1.01130 #2=0.00']);
    expect(b.deals().at(-1)).toMatchObject({ coid: '', tag: '[so 50.00%]', magic: '7' });
    expect(b.account().isMarginCall).toBe(true);
    expect(b.positions()).toMatchObject([{ symbol: 'EURUSD' }]);
  });

  it('may lose all of them to one quote', () => {
    const b = holding(50);
    b.onTick('EURUSD', 3, 1.29, 1.2901);
    expect(said(b.onTick('GBPUSD', 4, 1.0186, 1.0187)).map((words) => words.slice(0, 20))).toEqual([
      'stop_out BUY 1.00 at',
      'stop_out SELL 1.00 a',
    ]);
    expect(b.positions()).toHaveLength(0);
  });

  it('may be stopped out by money that leaves', () => {
    expect(said(holding(50).cash('withdrawal', '-1850', 3))[1]).toBe('stop_out SELL 1.00 at 1.30000 #1=0.00');
  });

  it('loses nothing where no level is set', () => {
    expect(holding().onTick('EURUSD', 3, 1.1, 1.1001)).toHaveLength(0);
  });

  it('is not called without positions', () => {
    expect(brokerWith({ marginCallLevelPct: 100 }).account().isMarginCall).toBe(false);
  });
});
