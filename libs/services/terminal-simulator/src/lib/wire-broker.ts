import type { terminal } from '@trading/contracts';
import { formatPrice, formatVolume, type Decimal, type Instrument } from '@trading/trading-market';
import type { AccountView, BrokerPositionView, Deal } from '@trading/trading-simulation';
import type { DealNames, PositionNames } from './deal-book';

/*
 * The broker's words on the wire: one function per message. On the wire a symbol goes by the broker's name.
 */

export const money = (amount: Decimal): string => amount.toFixed(2);

/** Digits beyond the symbol's that an average entry price is written with. */
const AVERAGE_DIGITS = 5;

export function instrumentFrame(instrument: Instrument): terminal.WireInstrument {
  const { sessions, tradable: _tradable, fillingModes, ...fields } = instrument;
  return { ...fields, fillingModes: [...fillingModes], ...(sessions.length > 0 && { sessions: [...sessions] }) };
}

export function tradeFrame(deal: Deal, instrument: Instrument, names: DealNames): terminal.TradeEventFrame {
  return {
    ...names,
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
    credit: money(account.credit),
  };
}

export function positionFrame(
  position: BrokerPositionView,
  instrument: Instrument,
  { position: ticket, tag, magic }: PositionNames,
): terminal.SnapshotFrame['positions'][number] {
  const level = (price: Decimal | undefined): string => (price ? formatPrice(instrument, price) : '');
  return {
    position: ticket,
    symbol: instrument.brokerSymbol,
    side: position.side,
    volume: formatVolume(instrument, position.volumeLots),
    price: position.openPrice.toDecimalPlaces(instrument.digits + AVERAGE_DIGITS).toFixed(),
    sl: level(position.stopLoss),
    tp: level(position.takeProfit),
    profit: money(position.profit),
    swap: money(position.swap),
    magic,
    tag,
    opened: position.openedUs,
  };
}
