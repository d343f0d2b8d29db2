import * as fc from 'fast-check';
import { summariseTrades } from './trade-summary';

const trade = (gross: string, costs: string, net: string): { gross: string; costs: string; net: string } => ({
  gross,
  costs,
  net,
});

describe('summariseTrades', () => {
  it('counts wins and losses by the net, after costs', () => {
    const summary = summariseTrades([
      trade('100', '-10', '90'),
      trade('5', '-10', '-5'),
      trade('-20', '-10', '-30'),
      trade('10', '-10', '0'),
    ]);
    expect(summary).toEqual({
      count: 4,
      wins: 1,
      losses: 2,
      winRatePct: 25,
      grossProfit: '90.00',
      grossLoss: '-35.00',
      profitFactor: 2.5714,
      expectancy: '13.75',
      averageWin: '90.00',
      averageLoss: '-17.50',
      costs: '-40.00',
      net: '55.00',
    });
  });

  it('is all zeros without trades, and has no profit factor without losses', () => {
    expect(summariseTrades([])).toMatchObject({
      count: 0,
      winRatePct: 0,
      expectancy: '0.00',
      averageLoss: '0.00',
      profitFactor: null,
    });
    expect(summariseTrades([trade('1', '0', '1')]).profitFactor).toBeNull();
  });

  it('adds up exactly, in any order', () => {
    const cents = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(cents, (nets) => {
        const trades = nets.map((net) => trade((net / 100).toFixed(2), '0', (net / 100).toFixed(2)));
        const summary = summariseTrades(trades);
        expect(summary.net).toBe((nets.reduce((a, b) => a + b, 0) / 100).toFixed(2));
        expect(summariseTrades([...trades].reverse())).toEqual(summary);
      }),
      { seed: 42 },
    );
  });
});
