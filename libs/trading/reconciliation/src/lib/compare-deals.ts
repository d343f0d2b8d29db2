import { Decimal } from '@trading/trading-market';
import type { BookedDeal, Books } from './books';
import type { BrokerDeal, BrokerView } from './broker';
import { differenceOf } from './difference-id';
import type { Booking, Difference } from './outcome';
import type { Owner, Owners } from './owners';

export interface DealsCompared {
  readonly toBook: Extract<Booking, { kind: 'deal' }>[];
  /** Those that may be of an UNKNOWN order: an operator says. */
  readonly doubtful: { readonly deal: BrokerDeal; readonly owner: Extract<Owner, { kind: 'maybe' }> }[];
  readonly differences: Difference[];
}

/** Deals by their tickets, within the time that both sides know. */
export function compareDeals(books: Books, view: BrokerView, owners: Owners): DealsCompared {
  const theirs = new Map(view.deals.map((deal) => [deal.dealTicket, deal]));
  const ours = new Map(books.deals.map((deal) => [deal.dealTicket, deal]));
  const compared: DealsCompared = { toBook: [], doubtful: [], differences: [] };
  for (const deal of [...theirs.values()].sort(byTime)) {
    const booked = ours.get(deal.dealTicket);
    if (booked !== undefined) compared.differences.push(...contentDifference(books.accountId, booked, deal));
    else if (deal.timeUs > books.openedUs) place(compared, deal, owners.of({ ...deal, ticket: deal.orderTicket }));
  }
  if (view.connected) compared.differences.push(...onlyOurs(books, view, theirs));
  return compared;
}

export function byTime(a: BrokerDeal, b: BrokerDeal): number {
  if (a.timeUs !== b.timeUs) return a.timeUs - b.timeUs;
  if (a.dealTicket.length !== b.dealTicket.length) return a.dealTicket.length - b.dealTicket.length;
  return a.dealTicket < b.dealTicket ? -1 : 1;
}

function place(compared: DealsCompared, deal: BrokerDeal, owner: Owner): void {
  if (owner.kind === 'maybe') {
    compared.doubtful.push({ deal, owner });
    return;
  }
  const coid = owner.kind === 'ours' ? owner.order.coid : deal.coid;
  compared.toBook.push({ kind: 'deal', cause: `reconcile:deal:${deal.dealTicket}`, deal, coid });
}

function onlyOurs({ accountId, deals }: Books, view: BrokerView, theirs: ReadonlyMap<string, BrokerDeal>) {
  const sinceUs = Math.max(view.fromUs, view.coversFromUs);
  return deals
    .filter((deal) => !deal.isAdopted && deal.timeUs >= sinceUs && !theirs.has(deal.dealTicket))
    .map((deal) =>
      differenceOf(accountId, {
        kind: 'DEAL',
        symbol: deal.symbol,
        subject: deal.dealTicket,
        ours: words(deal),
        theirs: '',
        message: `The books have deal ${deal.dealTicket} (${words(deal)}), and the broker's history has not.`,
        size: 'ours',
      }),
    );
}

function contentDifference(accountId: string, booked: BookedDeal, deal: BrokerDeal): Difference[] {
  const isSame =
    booked.symbol === deal.symbol &&
    booked.side === deal.side &&
    new Decimal(booked.volumeLots).eq(deal.volumeLots) &&
    new Decimal(booked.price).eq(deal.price);
  if (isSame) return [];
  const [ours, theirs] = [words(booked), words(deal)];
  const message = `Deal ${deal.dealTicket} is ${theirs} at the broker and ${ours} in the books.`;
  const facts = { symbol: booked.symbol, subject: deal.dealTicket, ours, theirs, message };
  return [differenceOf(accountId, { kind: 'DEAL', ...facts, size: `${ours} ${theirs}` })];
}

function words({ side, volumeLots, symbol, price }: Pick<BrokerDeal, 'side' | 'volumeLots' | 'symbol' | 'price'>) {
  return `${side} ${new Decimal(volumeLots).toFixed()} ${symbol} at ${new Decimal(price).toFixed()}`;
}
