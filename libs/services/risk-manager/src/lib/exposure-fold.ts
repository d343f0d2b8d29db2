import { bare, type common, type execution } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { isTerminal } from '@trading/trading-orders';
import type { PositionAtRisk } from '@trading/trading-risk';
import type { ExposureRow } from './risk-rows';

/** What an account holds before its order events are booked. */
export interface BookedBefore {
  readonly appliedSeq: number;
  readonly isHedging: boolean;
  readonly positions: ReadonlyMap<string, PositionAtRisk>;
}

/** What order events change. */
export interface BookedEvents {
  readonly appliedSeq: number;
  /** Exposure after fills, as it is stored; the stop is the last order's. */
  readonly exposures: readonly ExposureRow[];
  /** Orders that have ended: their reservations go. */
  readonly ended: readonly string[];
  /** What may still fill of orders that were filled in part. */
  readonly left: readonly { readonly coid: string; readonly lots: string }[];
  /** Modifications that the broker carried out or refused. */
  readonly modified: readonly { readonly coid: string; readonly done: boolean }[];
  /** When a closing fill lost last, costs included. */
  readonly lastLossUs: number | undefined;
  /** When cancels were asked for. */
  readonly cancelsUs: readonly number[];
  /** What a fill of one lot was charged last, by symbol. */
  readonly commissions: Readonly<Record<string, string>>;
  /** Sequences that are missing before one of the events. */
  readonly missing: string | undefined;
}

/** Books order events once each, by their sequence: those up to `appliedSeq` are booked already. */
export function foldOrderEvents(before: BookedBefore, events: readonly execution.OrderEvent[]): BookedEvents {
  const held = new Map(before.positions);
  const exposures = new Map<string, ExposureRow>();
  const ended = new Set<string>();
  const left = new Map<string, string>();
  const modified: { coid: string; done: boolean }[] = [];
  const cancelsUs: number[] = [];
  const commissions: Record<string, string> = {};
  let lastLossUs: number | undefined;
  let last = before.appliedSeq;
  let missing: string | undefined;
  for (const event of events) {
    if (event.seq <= last) continue;
    if (event.seq > last + 1) missing ??= `${last + 1} to ${event.seq - 1}`;
    last = event.seq;
    const { fill, order, coid, kind } = event;
    if (kind === 'ORDER_EVENT_KIND_CANCEL_REQUESTED') cancelsUs.push(event.timeUs);
    if (kind === 'ORDER_EVENT_KIND_MODIFIED') modified.push({ coid, done: true });
    if (kind === 'ORDER_EVENT_KIND_MODIFY_REFUSED') modified.push({ coid, done: false });
    if (order === undefined) continue;
    if (fill !== undefined) {
      const key = before.isHedging && fill.positionId !== '' ? fill.positionId : fill.symbol;
      const { row, closes } = bookFill(held, key, fill, order.request);
      exposures.set(key, row);
      left.set(coid, new Decimal(order.request?.volumeLots ?? 0).minus(order.filledLots).toFixed());
      const commission = money(fill.commission).abs();
      if (!commission.isZero()) commissions[fill.symbol] = commission.div(fill.volumeLots).toFixed(8);
      if (closes && money(fill.realised).plus(money(fill.commission)).plus(money(fill.swap)).isNegative())
        lastLossUs = fill.timeUs > 0 ? fill.timeUs : event.timeUs;
    }
    if (isTerminal(bare('ORDER_STATE', order.state))) ended.add(coid);
  }
  return {
    appliedSeq: last,
    exposures: [...exposures.values()],
    ended: [...ended],
    left: [...left].filter(([coid]) => !ended.has(coid)).map(([coid, lots]) => ({ coid, lots })),
    ...{ modified, lastLossUs, cancelsUs, commissions, missing },
  };
}

function money(text: string): Decimal {
  return new Decimal(text === '' ? 0 : text);
}

function bookFill(
  held: Map<string, PositionAtRisk>,
  key: string,
  fill: execution.Fill,
  request: common.OrderRequest | undefined,
): { readonly row: ExposureRow; readonly closes: boolean } {
  const position = held.get(key);
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
  const isNetting = key === fill.symbol;
  // An order of a netting account restates the stop of its position; on a hedging account only its own has one.
  const stopLoss = isNetting || adds ? (request?.stopLoss ?? null) : (position?.stopLoss?.toFixed() ?? null);
  if (lots.isZero()) held.delete(key);
  else {
    const stop = stopLoss === null || stopLoss === '' ? {} : { stopLoss: new Decimal(stopLoss) };
    held.set(key, { lots, averagePrice, strategyId, ...(isNetting ? {} : { symbol: fill.symbol }), ...stop });
  }
  const row: ExposureRow = {
    symbol: fill.symbol,
    position_id: isNetting ? '' : key,
    lots: lots.toFixed(),
    average_price: averagePrice.toFixed(),
    stop_loss: stopLoss === '' ? null : stopLoss,
    strategy_id: lots.isZero() ? '' : strategyId,
  };
  return { row, closes: !adds };
}
