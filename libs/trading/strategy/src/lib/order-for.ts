import { Decimal, quantiseVolume } from '@trading/trading-market';
import type { Instrument } from '@trading/trading-market';

/** The one order that brings a netted position to its target. */
export interface TargetOrder {
  readonly side: 'BUY' | 'SELL';
  readonly volumeLots: Decimal;
  /** It only brings the position nearer to zero. */
  readonly reduceOnly: boolean;
}

/**
 * The order from `position` to `target` (signed lots) on a netting account, quantised down to the volume step and to
 * `volumeMax`. Undefined when the difference is below `volumeMin`.
 */
export function orderFor(target: Decimal, position: Decimal, instrument: Instrument): TargetOrder | undefined {
  const difference = target.minus(position);
  const volumeLots = quantiseVolume(instrument, Decimal.min(difference.abs(), instrument.volumeMax), 'down');
  if (volumeLots.isZero() || volumeLots.lt(instrument.volumeMin)) return undefined;
  const reduces = !position.isZero() && difference.isNegative() !== position.isNegative();
  return {
    side: difference.isNegative() ? 'SELL' : 'BUY',
    volumeLots,
    reduceOnly: reduces && volumeLots.lte(position.abs()),
  };
}
