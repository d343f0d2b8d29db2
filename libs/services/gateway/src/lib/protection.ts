import { common, type gateway } from '@trading/contracts';

type Change = Pick<gateway.ModifyOrderRequest, 'stopLoss' | 'takeProfit'>;
type Protected = Pick<gateway.PositionSnapshot, 'side' | 'stopLoss' | 'takeProfit'>;

/**
 * Whether a change of a position's stops leaves it less protected: a stop loss or take profit that is taken away or
 * moved further from the market.
 */
export function loosens(change: Change, position: Protected): boolean {
  const isLong = position.side === common.Side.BUY;
  return (
    movesAway(change.stopLoss, position.stopLoss, isLong ? 'below' : 'above') ||
    movesAway(change.takeProfit, position.takeProfit, isLong ? 'above' : 'below')
  );
}

/** Absent: as it is; empty: taken away. */
function movesAway(to: string | undefined, from: string, awayIs: 'above' | 'below'): boolean {
  if (to === undefined || isNone(from)) return false;
  if (isNone(to)) return true;
  return awayIs === 'below' ? Number(to) < Number(from) : Number(to) > Number(from);
}

const isNone = (level: string): boolean => level === '' || Number(level) === 0;
