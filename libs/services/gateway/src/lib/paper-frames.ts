import type { terminal } from '@trading/contracts';
import { formatPrice, formatVolume, type Decimal, type Instrument } from '@trading/trading-market';
import type {
  AccountView,
  BrokerOrder,
  BrokerPositionView,
  CashMoved,
  Deal,
  EndedOrderView,
  OrderChange,
  OrderChanged,
  StopsChanged,
  WorkingOrderView,
} from '@trading/trading-simulation';

/*
 * What our broker says, in the words of a terminal, and what it is told in a terminal's words. On the wire a symbol goes
 * by the terminal's name.
 */

/** Digits beyond the symbol's that an average entry price is written with. */
const AVERAGE_DIGITS = 5;

const money = (amount: Decimal): string => amount.toFixed(2);
const level = (instrument: Instrument, price: Decimal | string | undefined): string =>
  price === undefined || price === '' ? '' : formatPrice(instrument, price);

/** @param symbol our broker's name of it */
export function brokerOrderOf(order: terminal.OrderSubmit, symbol: string): BrokerOrder {
  // A worst price of zero is how MetaTrader writes "none".
  const isBounded = Number(order.worstPrice) !== 0;
  return {
    coid: order.coid,
    symbol,
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

export function orderChangeOf({ coid, order, price, stopLimit, sl, tp, expires }: terminal.OrderModify): OrderChange {
  return {
    ...(order === undefined ? { coid } : { orderTicket: order }),
    ...(price !== undefined && { price }),
    ...(stopLimit !== undefined && { stopLimitPrice: stopLimit }),
    ...(sl !== undefined && { stopLoss: sl }),
    ...(tp !== undefined && { takeProfit: tp }),
    ...(expires !== undefined && { expiresUs: expires }),
  };
}

export function tradeFrame(deal: Deal, instrument: Instrument): terminal.TradeEventFrame {
  return {
    deal: deal.dealTicket,
    order: deal.orderTicket,
    position: deal.positionId,
    coid: deal.coid,
    tag: deal.tag,
    magic: deal.magic,
    symbol: instrument.brokerSymbol,
    side: deal.side,
    volume: formatVolume(instrument, deal.volumeLots),
    price: formatPrice(instrument, deal.price),
    commission: money(deal.commission),
    swap: money(deal.swap),
    profit: money(deal.profit),
    positionVolume: formatVolume(instrument, deal.positionLots),
    reason: deal.reason,
    time: deal.timeUs,
    ...(deal.by !== undefined && { by: deal.by }),
  };
}

type OrderFields = Omit<terminal.SnapshotFrame['orders'][number], 'placed'>;

function orderFields(
  { orderTicket, order, filledLots }: Pick<WorkingOrderView, 'orderTicket' | 'order' | 'filledLots'>,
  expires: number,
  instrument: Instrument,
): OrderFields {
  return {
    order: orderTicket,
    coid: order.coid,
    tag: order.tag,
    magic: order.magic,
    symbol: instrument.brokerSymbol,
    side: order.side,
    type: order.type,
    volume: formatVolume(instrument, order.volumeLots),
    filled: formatVolume(instrument, filledLots),
    price: level(instrument, order.price),
    stopLimit: level(instrument, order.stopLimitPrice),
    sl: level(instrument, order.stopLoss),
    tp: level(instrument, order.takeProfit),
    expires,
  };
}

export function workingFrame(view: WorkingOrderView, instrument: Instrument): terminal.SnapshotFrame['orders'][number] {
  return { ...orderFields(view, view.expiresUs, instrument), placed: view.submittedUs };
}

export function orderFrame(event: OrderChanged, instrument: Instrument): terminal.OrderEventFrame {
  const { state, reason, message, timeUs, order } = event;
  return { ...orderFields(event, order.expiresUs ?? 0, instrument), state, reason, message, time: timeUs };
}

export function endedFrame(ended: EndedOrderView, instrument: Instrument): terminal.OrderEventFrame {
  const { state, reason, message, endedUs, order } = ended;
  return { ...orderFields(ended, order.expiresUs ?? 0, instrument), state, reason, message, time: endedUs };
}

export function stopsFrame(event: StopsChanged, instrument: Instrument): terminal.PositionEventFrame {
  const { positionId, stopLoss, takeProfit, reason, timeUs } = event;
  const [sl, tp] = [level(instrument, stopLoss), level(instrument, takeProfit)];
  return { position: positionId, symbol: instrument.brokerSymbol, sl, tp, reason, time: timeUs };
}

export function cashFrame({ dealTicket, cash, amount, comment, timeUs }: CashMoved): terminal.CashEventFrame {
  return { deal: dealTicket, kind: cash, amount: money(amount), comment, time: timeUs };
}

export function accountFrame(account: AccountView, timeUs: number): terminal.AccountFrame {
  return {
    time: timeUs,
    currency: account.currency,
    balance: money(account.balance),
    equity: money(account.equity),
    margin: money(account.margin),
    freeMargin: money(account.freeMargin),
    leverage: account.leverage,
    credit: money(account.credit),
  };
}

export function positionFrame(
  position: BrokerPositionView,
  instrument: Instrument,
): terminal.SnapshotFrame['positions'][number] {
  return {
    position: position.positionId,
    symbol: instrument.brokerSymbol,
    side: position.side,
    volume: formatVolume(instrument, position.volumeLots),
    price: position.openPrice.toDecimalPlaces(instrument.digits + AVERAGE_DIGITS).toFixed(),
    sl: level(instrument, position.stopLoss),
    tp: level(instrument, position.takeProfit),
    profit: money(position.profit),
    swap: money(position.swap),
    magic: position.magic,
    tag: position.tag,
    opened: position.openedUs,
  };
}
