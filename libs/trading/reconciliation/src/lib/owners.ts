import { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { BookedOrder, Books } from './books';
import type { BrokerView } from './broker';

/** Orders are looked for from so long before they were sent: clocks differ. */
export const SEARCH_MARGIN_US = 300_000_000;

/** By what something of the broker can be recognised. */
export interface Marks {
  readonly ticket: string;
  readonly coid: string;
  readonly comment: string;
  readonly magic: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: string;
  readonly timeUs: number;
}

export type Owner =
  | { readonly kind: 'ours'; readonly order: BookedOrder }
  /** Looks like an UNKNOWN order of ours, but does not carry its comment. */
  | { readonly kind: 'maybe'; readonly orders: readonly BookedOrder[] }
  | { readonly kind: 'foreign' };

const FOREIGN: Owner = { kind: 'foreign' };

/** Which of our orders the things of the broker belong to. */
export class Owners {
  private readonly byCoid: ReadonlyMap<string, BookedOrder>;
  private readonly byTicket: ReadonlyMap<string, BookedOrder>;
  private readonly byTag: ReadonlyMap<string, BookedOrder>;
  private readonly byMagic = new Map<string, BookedOrder[]>();
  /** MT4: the ticket that a ticket came from. */
  private readonly origins = new Map<string, string>();
  private readonly roots = new Map<string, BookedOrder>();

  constructor(
    private readonly books: Books,
    view: BrokerView,
  ) {
    const { orders } = books;
    this.byCoid = new Map(orders.map((order) => [order.coid, order]));
    this.byTicket = new Map(orders.flatMap((o) => (o.brokerTicket === '' ? [] : [[o.brokerTicket, o] as const])));
    this.byTag = new Map(orders.flatMap((o) => (o.tag === '' ? [] : [[o.tag, o] as const])));
    for (const order of orders) {
      if (hasMagic(order.magic)) this.byMagic.set(order.magic, [...(this.byMagic.get(order.magic) ?? []), order]);
    }
    for (const { positionId, comment } of view.positions) this.learnOrigin(positionId, comment);
    for (const { ticket, comment } of [...view.orders, ...view.ended]) this.learnOrigin(ticket, comment);
    for (const { orderTicket, positionId, comment } of view.deals) {
      this.learnOrigin(positionId === '' ? orderTicket : positionId, comment);
    }
    for (const { orderTicket, positionId, coid, comment } of view.deals) {
      const order = this.byCoid.get(coid) ?? this.byTag.get(comment.trim()) ?? this.byTicket.get(orderTicket);
      if (order !== undefined && positionId !== '' && !this.roots.has(this.rootOf(positionId)))
        this.roots.set(this.rootOf(positionId), order);
    }
  }

  /** The ticket that a chain of partial closes began with (MT4 gives the rest a new ticket, `from #n`). */
  rootOf(ticket: string): string {
    const seen = new Set<string>();
    let at = ticket;
    for (let from = this.origins.get(at); from !== undefined && !seen.has(from); from = this.origins.get(at)) {
      seen.add(at);
      at = from;
    }
    return at;
  }

  of(marks: Marks): Owner {
    const sure =
      this.byCoid.get(marks.coid) ??
      [this.byTicket.get(marks.ticket), this.byTag.get(marks.comment.trim()), this.byChain(marks)].find(
        // On MT4 the close of a position has the ticket that opened it.
        (order) => order?.symbol === marks.symbol && order.side === marks.side,
      );
    if (sure !== undefined) return { kind: 'ours', order: sure };
    // The journal names an order that the books do not have: that is sure as well.
    if (marks.coid !== '' || !hasMagic(marks.magic)) return FOREIGN;
    const alike = (this.byMagic.get(marks.magic) ?? []).filter((order) => isAlike(order, marks));
    const [only] = alike;
    if (only === undefined) return FOREIGN;
    const isPerOrder = this.books.platform === 'MT4' && this.byMagic.get(marks.magic)?.length === 1;
    return isPerOrder ? { kind: 'ours', order: only } : { kind: 'maybe', orders: alike };
  }

  private byChain({ ticket }: Marks): BookedOrder | undefined {
    const root = this.rootOf(ticket);
    return root === ticket ? undefined : (this.byTicket.get(root) ?? this.roots.get(root));
  }

  private learnOrigin(ticket: string, comment: string): void {
    const from = /\bfrom #(\d+)/.exec(comment)?.[1];
    if (from !== undefined && from !== ticket) this.origins.set(ticket, from);
  }
}

function hasMagic(magic: string): boolean {
  return magic !== '' && magic !== '0';
}

function isAlike(order: BookedOrder, marks: Marks): boolean {
  return (
    order.state === 'UNKNOWN' &&
    order.brokerTicket === '' &&
    order.symbol === marks.symbol &&
    order.side === marks.side &&
    new Decimal(order.volumeLots).gte(marks.volumeLots) &&
    marks.timeUs >= order.createdUs - SEARCH_MARGIN_US
  );
}
