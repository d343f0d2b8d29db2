import { bare, type common, type execution } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { isTerminal } from '@trading/trading-orders';
import type { PositionAtRisk } from '@trading/trading-risk';

/** A symbol's exposure after fills, as it is stored; the stop is the last order's. */
export interface ExposureChange {
  readonly symbol: string;
  readonly lots: string;
  readonly average_price: string;
  readonly stop_loss: string | null;
  readonly strategy_id: string;
}

/** What order events change. */
export interface BookedEvents {
  readonly appliedSeq: number;
  readonly exposures: readonly ExposureChange[];
  /** Orders that have ended: their reservations go. */
  readonly ended: readonly string[];
  /** What may still fill of orders that were filled in part. */
  readonly left: readonly { readonly coid: string; readonly lots: string }[];
  /** Sequences that are missing before one of the events. */
  readonly missing: string | undefined;
}

/** Books order events once each, by their sequence: those up to `appliedSeq` are booked already. */
export function foldOrderEvents(
  appliedSeq: number,
  before: ReadonlyMap<string, PositionAtRisk>,
  events: readonly execution.OrderEvent[],
): BookedEvents {
  const held = new Map(before);
  const exposures = new Map<string, ExposureChange>();
  const ended = new Set<string>();
  const left = new Map<string, string>();
  let last = appliedSeq;
  let missing: string | undefined;
  for (const event of events) {
    if (event.seq <= last) continue;
    if (event.seq > last + 1) missing ??= `${last + 1} to ${event.seq - 1}`;
    last = event.seq;
    const { fill, order, coid } = event;
    if (order === undefined) continue;
    if (fill !== undefined) {
      exposures.set(fill.symbol, bookFill(held, fill, order.request));
      left.set(coid, new Decimal(order.request?.volumeLots ?? 0).minus(order.filledLots).toFixed());
    }
    if (isTerminal(bare('ORDER_STATE', order.state))) ended.add(coid);
  }
  return {
    appliedSeq: last,
    exposures: [...exposures.values()],
    ended: [...ended],
    left: [...left].filter(([coid]) => !ended.has(coid)).map(([coid, lots]) => ({ coid, lots })),
    missing,
  };
}

function bookFill(
  held: Map<string, PositionAtRisk>,
  fill: execution.Fill,
  request: common.OrderRequest | undefined,
): ExposureChange {
  const position = held.get(fill.symbol);
  const signed = new Decimal(fill.volumeLots).times(bare('SIDE', fill.side) === 'BUY' ? 1 : -1);
  const before = position?.lots ?? new Decimal(0);
  const lots = before.plus(signed);
  const price = new Decimal(fill.price);
  const adds = before.isZero() || before.isNegative() === signed.isNegative();
  const flips = !before.isZero() && !lots.isZero() && before.isNegative() !== lots.isNegative();
  const averagePrice = adds
    ? (position?.averagePrice ?? price).times(before.abs()).plus(price.times(signed.abs())).div(lots.abs())
    : flips
      ? price
      : (position?.averagePrice ?? price);
  const strategyId = adds || flips ? (request?.strategyId ?? '') : (position?.strategyId ?? '');
  if (lots.isZero()) held.delete(fill.symbol);
  else held.set(fill.symbol, { lots, averagePrice, strategyId });
  return {
    symbol: fill.symbol,
    lots: lots.toFixed(),
    average_price: averagePrice.toFixed(),
    stop_loss: request?.stopLoss ?? null,
    strategy_id: lots.isZero() ? '' : strategyId,
  };
}
