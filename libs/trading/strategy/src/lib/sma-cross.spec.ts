import { Decimal } from '@trading/trading-market';
import { inputAt, play } from '../testing/inputs';
import { parseParameters } from './parameters';
import { smaCross } from './sma-cross';
import type { StrategyInput } from './strategy';

const create = (pairs: Record<string, string> = {}) =>
  smaCross.create(parseParameters(smaCross, { fast: '1', slow: '2', ...pairs }));
const inputs = (bids: readonly number[], changes: Partial<StrategyInput> = {}) =>
  bids.map((bid, index) => inputAt(index, bid, changes));
const targets = (bids: readonly number[], pairs?: Record<string, string>, changes?: Partial<StrategyInput>) =>
  play(create(pairs), inputs(bids, changes)).map(({ intent }) =>
    intent.kind === 'target' ? intent.targetLots.toNumber() : 'hold',
  );

describe('sma-cross', () => {
  it('gives no order on the first side, then trades each change of sides', () => {
    const fixed = { units: '10000' };
    expect(targets([1.3, 1.301, 1.302, 1.3, 1.29, 1.31], fixed)).toEqual(['hold', 'hold', 'hold', -0.1, 'hold', 0.1]);
  });

  it('does not trade a tie', () => {
    expect(targets([1.3, 1.301, 1.301, 1.302], { units: '10000' })).toEqual(['hold', 'hold', 'hold', 'hold']);
  });

  it('takes prices that differ by less than the last digit as equal', () => {
    expect(targets([1.3, 1.301, 1.3, 1.3000000001], { units: '10000' })).toEqual(['hold', 'hold', -0.1, 'hold']);
  });

  it('sizes by volatility with a stop, and says how', () => {
    const output = play(create(), inputs([1.3, 1.301, 1.3]))[2]!;
    // 1 % of 100 000 over 3 × 20 pips at 10 per pip and lot, within twice the equity.
    expect(output.intent).toMatchObject({ kind: 'target', confidence: 1 });
    const { targetLots, stopLoss } = output.intent as { targetLots: Decimal; stopLoss: Decimal };
    expect(targetLots.toFixed()).toBe('-1.53');
    expect(stopLoss.toFixed()).toBe('1.3061');
    expect(output.sizing).toContainEqual({ name: 'stopDistance', value: '0.0061' });
  });

  it('has no stop with a fixed size', () => {
    const output = play(create({ units: '10000' }), inputs([1.3, 1.301, 1.3]))[2]!;
    expect(output.intent).not.toHaveProperty('stopLoss');
  });

  it('keeps a position that is already on the wanted side, unless it may resize', () => {
    const side = new Decimal('-0.3');
    const onlyLast = (pairs: Record<string, string>) => {
      const strategy = create({ units: '10000', ...pairs });
      return inputs([1.3, 1.301, 1.3], { positionLots: side }).map((input) => strategy.onBar(input).intent)[2];
    };
    expect(onlyLast({})).toMatchObject({ kind: 'hold', reason: expect.stringContaining('kept') });
    expect(onlyLast({ resize: '1' })).toMatchObject({ kind: 'target', targetLots: new Decimal('-0.1') });
  });

  it('enters nothing before its time, but follows the averages', () => {
    const tradeFromUs = inputAt(3).bar.closeTimeUs;
    expect(targets([1.3, 1.301, 1.3, 1.301], { units: '10000' }, { tradeFromUs })).toEqual([
      'hold',
      'hold',
      'hold',
      0.1,
    ]);
  });

  it('closes the other side when it cannot size the new one', () => {
    const strategy = create();
    const outputs = inputs([1.3, 1.301, 1.3], { atr: Number.NaN, positionLots: new Decimal(1) }).map((input) =>
      strategy.onBar(input),
    );
    expect(outputs[2]!.intent).toMatchObject({ kind: 'target', targetLots: new Decimal(0) });
  });
});
