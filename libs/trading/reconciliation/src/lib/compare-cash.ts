import { Decimal } from '@trading/trading-market';
import type { Books } from './books';
import type { BrokerDeal, BrokerView } from './broker';
import { differenceOf } from './difference-id';
import type { Booking, Difference } from './outcome';

/** Cash movements of the broker's history that the books lack. */
export function missingCash(books: Books, view: BrokerView): Extract<Booking, { kind: 'cash' }>[] {
  const booked = new Set(books.cashTickets);
  const missing = new Map(
    view.cash
      .filter(({ dealTicket, timeUs }) => !booked.has(dealTicket) && timeUs > books.openedUs)
      .map((movement) => [movement.dealTicket, movement]),
  );
  return [...missing.values()]
    .sort((a, b) => a.timeUs - b.timeUs || (a.dealTicket < b.dealTicket ? -1 : 1))
    .map((movement) => ({ kind: 'cash', cause: `reconcile:cash:${movement.dealTicket}`, movement }));
}

/** The ledger's sum, with what is to be booked, against balance and credit; to the last digit. */
export function compareCash(
  books: Books,
  view: BrokerView,
  deals: readonly BrokerDeal[],
  cash: readonly Extract<Booking, { kind: 'cash' }>[],
): Difference[] {
  const ours = Decimal.sum(books.cash, ...deals.map(moneyOf), ...cash.map(({ movement }) => movement.amount));
  const theirs = Decimal.sum(numberOf(view.balance), numberOf(view.credit));
  const gap = theirs.minus(ours);
  if (gap.isZero()) return [];
  const words = { ours: ours.toFixed(2), theirs: theirs.toFixed(2) };
  const message = `The broker's balance is ${gap.abs().toFixed(2)} ${gap.isPositive() ? 'more' : 'less'} than the sum of the ledger.`;
  const facts = { symbol: '', subject: '', ...words, message, size: gap.toFixed() };
  return [differenceOf(books.accountId, { kind: 'CASH', ...facts })];
}

function moneyOf({ profit, commission, swap, fee }: BrokerDeal): Decimal {
  return Decimal.sum(numberOf(profit), numberOf(commission), numberOf(swap), numberOf(fee));
}

function numberOf(text: string): string {
  return text === '' ? '0' : text;
}
