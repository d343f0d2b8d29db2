import type { terminal } from '@trading/contracts';
import { formatPrice, formatVolume, type Decimal, type Instrument } from '@trading/trading-market';
import type {
  BrokerOrder,
  CashMoved,
  EndedOrderView,
  OrderChange,
  OrderChanged,
  StopsChanged,
  WorkingOrderView,
} from '@trading/trading-simulation';
import type { ToldOrders } from './told-orders';
import { money } from './wire-broker';

/*
 * Orders on the wire: as they come in, and as the broker holds them.
 */

export function brokerOrderOf(order: terminal.OrderSubmit): BrokerOrder {
  // A worst price of zero is how MetaTrader writes "none".
  const isBounded = Number(order.worstPrice) !== 0;
  return {
    coid: order.coid,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    volumeLots: order.volume,
    ...(order.price !== undefined && { price: order.price }),
    ...(order.stopLimit !== undefined && { stopLimitPrice: order.stopLimit }),
    ...(isBounded && { worstPrice: order.worstPrice }),
    ...(order.sl !== undefined && { stopLoss: order.sl }),
    ...(order.tp !== undefined && { takeProfit: order.tp }),
    fillings: order.fillings,
    timeInForce: order.tif,
    ...(order.expires !== undefined && { expiresUs: order.expires }),
    notAfterUs: order.notAfter,
    reduceOnly: order.reduceOnly,
    ...(order.positionId !== undefined && { positionId: order.positionId }),
    ...(order.closeByPositionId !== undefined && { closeByPositionId: order.closeByPositionId }),
    magic: order.magic,
    tag: order.tag,
  };
}

/** @param orderTicket the broker's own; the client order id names the order where it is not known */
export function orderChangeOf(change: terminal.OrderModify, orderTicket: string | undefined): OrderChange {
  const name = orderTicket === undefined ? { coid: change.coid } : { orderTicket };
  return {
    ...name,
    ...(change.price !== undefined && { price: change.price }),
    ...(change.stopLimit !== undefined && { stopLimitPrice: change.stopLimit }),
    ...(change.sl !== undefined && { stopLoss: change.sl }),
    ...(change.tp !== undefined && { takeProfit: change.tp }),
    ...(change.expires !== undefined && { expiresUs: change.expires }),
  };
}

type OrderFields = Omit<terminal.SnapshotFrame['orders'][number], 'placed'>;

function orderFields(
  { orderTicket, order, filledLots }: Pick<WorkingOrderView, 'orderTicket' | 'order' | 'filledLots'>,
  expiresUs: number,
  instrument: Instrument,
  told: ToldOrders,
): OrderFields {
  const { coid, magic, tag } = order;
  const price = (text: string | undefined): string => (text === undefined ? '' : formatPrice(instrument, text));
  return {
    order: told.orderTicket(coid, orderTicket),
    coid: told.coid(coid, magic, tag),
    tag: told.tag(coid, tag),
    magic,
    symbol: instrument.brokerSymbol,
    side: order.side,
    type: order.type,
    volume: formatVolume(instrument, order.volumeLots),
    filled: formatVolume(instrument, filledLots),
    price: price(order.price),
    stopLimit: price(order.stopLimitPrice),
    sl: price(order.stopLoss),
    tp: price(order.takeProfit),
    expires: expiresUs,
  };
}

export function workingOrderFrame(
  view: WorkingOrderView,
  instrument: Instrument,
  told: ToldOrders,
): terminal.SnapshotFrame['orders'][number] {
  return { ...orderFields(view, view.expiresUs, instrument, told), placed: view.submittedUs };
}

export function orderEventFrame(
  event: OrderChanged,
  instrument: Instrument,
  told: ToldOrders,
): terminal.OrderEventFrame {
  const { state, reason, message, timeUs } = event;
  const fields = orderFields(event, event.order.expiresUs ?? 0, instrument, told);
  return { ...fields, state, reason, message, time: timeUs };
}

export function endedOrderFrame(
  ended: EndedOrderView,
  instrument: Instrument,
  told: ToldOrders,
): terminal.OrderEventFrame {
  const { state, reason, message, endedUs } = ended;
  const fields = orderFields(ended, ended.order.expiresUs ?? 0, instrument, told);
  return { ...fields, state, reason, message, time: endedUs };
}

/** @param position as the terminal calls it */
export function stopsFrame(event: StopsChanged, instrument: Instrument, position: string): terminal.PositionEventFrame {
  const level = (price: Decimal | undefined): string => (price ? formatPrice(instrument, price) : '');
  return {
    position,
    symbol: instrument.brokerSymbol,
    sl: level(event.stopLoss),
    tp: level(event.takeProfit),
    reason: event.reason,
    time: event.timeUs,
  };
}

export function cashFrame(event: CashMoved): terminal.CashEventFrame {
  const { dealTicket, cash, amount, comment, timeUs } = event;
  return { deal: dealTicket, kind: cash, amount: money(amount), comment, time: timeUs };
}
