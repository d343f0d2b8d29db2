import { Decimal } from '@trading/trading-market';
import * as fc from 'fast-check';
import { EURUSD } from '../testing/inputs';
import { orderFor } from './order-for';

const order = (target: number, position: number) => {
  const found = orderFor(new Decimal(target), new Decimal(position), EURUSD);
  return found && `${found.side} ${found.volumeLots.toFixed()}${found.reduceOnly ? ' reducing' : ''}`;
};

describe('the order from a position to a target', () => {
  it.each([
    [1, 0, 'BUY 1'],
    [-1, 0, 'SELL 1'],
    [0, 1, 'SELL 1 reducing'],
    [0, -1, 'BUY 1 reducing'],
    [0.4, 1, 'SELL 0.6 reducing'],
    [1.5, 1, 'BUY 0.5'],
    [-1.5, -1, 'SELL 0.5'],
    [-1, 1, 'SELL 2'],
    [1, -1, 'BUY 2'],
    [0.019, 0, 'BUY 0.01'],
    [1, 1, undefined],
    [1.009, 1, undefined],
    [0.995, 1, undefined],
    [80, 0, 'BUY 50'],
  ])('to %d from %d is %s', (target, position, expected) => {
    expect(order(target, position)).toBe(expected);
  });

  it('is none below the smallest volume, though the step would allow it', () => {
    const coarse = { ...EURUSD, volumeMin: '0.1' };
    expect(orderFor(new Decimal('0.05'), new Decimal(0), coarse)).toBeUndefined();
  });

  const lots = fc.integer({ min: -6000, max: 6000 }).map((hundredths) => new Decimal(hundredths).div(100));

  it('never passes the target, and never flips the position while reducing', () => {
    fc.assert(
      fc.property(lots, lots, (target, position) => {
        const found = orderFor(target, position, EURUSD);
        if (found === undefined) return target.minus(position).abs().lt(EURUSD.volumeMin);
        const after = position.plus(found.side === 'BUY' ? found.volumeLots : found.volumeLots.neg());
        const nearer = target.minus(after).abs().lt(target.minus(position).abs());
        const notPassed = target.minus(after).isZero() || target.minus(after).s === target.minus(position).s;
        const kept = !found.reduceOnly || after.isZero() || after.s === position.s;
        return nearer && notPassed && kept && found.volumeLots.lte(EURUSD.volumeMax);
      }),
      { seed: 42 },
    );
  });
});
