import type { terminal } from '@trading/contracts';
import { formatPrice, formatVolume, type Decimal, type Instrument } from '@trading/trading-market';
import {
  RETCODE,
  type AccountView,
  type BrokerOrder,
  type BrokerPositionView,
  type Deal,
  type OrderRejected,
  type SimulatedBroker,
  type WorkingOrderView,
} from '@trading/trading-simulation';
import type { TradedSymbols } from './traded-symbols';

/*
 * The broker's words on the wire: one function per message. On the wire a symbol goes by the broker's name.
 */

const money = (amount: Decimal): string => amount.toFixed(2);

/** Digits beyond the symbol's that an average entry price is written with. */
const AVERAGE_DIGITS = 5;

export function brokerOrderOf(order: terminal.OrderSubmit): BrokerOrder {
  // A worst price of zero is how MetaTrader writes "none".
  const isBounded = Number(order.worstPrice) !== 0;
  return {
    coid: order.coid,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    volumeLots: order.volume,
    ...(isBounded && { worstPrice: order.worstPrice }),
    ...(order.sl !== undefined && { stopLoss: order.sl }),
    ...(order.tp !== undefined && { takeProfit: order.tp }),
    fillings: order.fillings,
    notAfterUs: order.notAfter,
    reduceOnly: order.reduceOnly,
    ...(order.positionId !== undefined && { positionId: order.positionId }),
    magic: order.magic,
    tag: order.tag,
  };
}

export function instrumentFrame(instrument: Instrument): terminal.WireInstrument {
  const { sessions: _sessions, tradable: _tradable, fillingModes, ...fields } = instrument;
  return { ...fields, fillingModes: [...fillingModes] };
}

export function rejectionResult(event: OrderRejected, digits: number): terminal.CmdResult {
  const price = (value: number | undefined): string => (value === undefined ? '0' : value.toFixed(digits));
  return {
    coid: event.coid,
    status: 'REJECTED',
    retcode: event.retcode,
    order: event.orderTicket,
    deal: '',
    position: '',
    volume: '0',
    price: '0',
    bid: price(event.bid),
    ask: price(event.ask),
    message: event.message,
    attempt: 1,
    time: event.timeUs,
  };
}

export function dealResult(deal: Deal, instrument: Instrument): terminal.CmdResult {
  return {
    coid: deal.coid,
    status: 'DONE',
    retcode: RETCODE.DONE,
    order: deal.orderTicket,
    deal: deal.dealTicket,
    position: deal.positionId,
    volume: formatVolume(instrument, deal.volumeLots),
    price: formatPrice(instrument, deal.price),
    bid: deal.bid.toFixed(instrument.digits),
    ask: deal.ask.toFixed(instrument.digits),
    message: 'done',
    attempt: 1,
    time: deal.timeUs,
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
  };
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
    credit: '0.00',
  };
}

/** Deals that a snapshot holds at most, the newest; all of a run would not fit into a frame. */
export const SNAPSHOT_DEALS = 1000;

/** @param seq the last reliable sequence that it contains */
export function snapshotFrame(
  broker: SimulatedBroker,
  symbols: TradedSymbols,
  timeUs: number,
  seq: number,
): terminal.SnapshotFrame {
  return {
    time: timeUs,
    account: accountFrame(broker.account(), timeUs),
    positions: broker.positions().map((position) => positionFrame(position, symbols.traded(position.symbol))),
    orders: broker.workingOrders().map((working) => orderFrame(working, symbols.traded(working.order.symbol))),
    deals: broker
      .deals()
      .slice(-SNAPSHOT_DEALS)
      .map((deal) => tradeFrame(deal, symbols.traded(deal.symbol))),
    seq,
  };
}

function positionFrame(
  position: BrokerPositionView,
  instrument: Instrument,
): terminal.SnapshotFrame['positions'][number] {
  const level = (price: Decimal | undefined): string => (price ? formatPrice(instrument, price) : '');
  return {
    position: position.positionId,
    symbol: instrument.brokerSymbol,
    side: position.side,
    volume: formatVolume(instrument, position.volumeLots),
    price: position.openPrice.toDecimalPlaces(instrument.digits + AVERAGE_DIGITS).toFixed(),
    sl: level(position.stopLoss),
    tp: level(position.takeProfit),
    profit: money(position.profit),
    swap: '0.00',
    magic: position.magic,
    tag: position.tag,
    opened: position.openedUs,
  };
}

function orderFrame(
  { orderTicket, order, submittedUs }: WorkingOrderView,
  instrument: Instrument,
): terminal.SnapshotFrame['orders'][number] {
  return {
    order: orderTicket,
    coid: order.coid,
    tag: order.tag,
    magic: order.magic,
    symbol: instrument.brokerSymbol,
    side: order.side,
    type: order.type,
    volume: formatVolume(instrument, order.volumeLots),
    filled: formatVolume(instrument, 0),
    price: '',
    stopLimit: '',
    sl: order.stopLoss ?? '',
    tp: order.takeProfit ?? '',
    expires: 0,
    placed: submittedUs,
  };
}
