import type { Deal } from '@trading/trading-simulation';
import type { DealBook, DealNames, PositionNames } from './deal-book';
import type { ToldOrders } from './told-orders';

interface Mt4Position {
  /** The ticket that it was opened with. */
  readonly root: string;
  /** The ticket that it has now: the first, until a part of it is closed. */
  ticket: string;
  /** The comment of that ticket. */
  tag: string;
  readonly magic: string;
}

/**
 * MetaTrader 4: one ticket from the pending order through the position to the history, and no deals. An opening is told
 * as deal `<ticket>-in`, the end of a ticket as `<ticket>-out`, by whoever compares the lists of orders before and now.
 * A partial close ends the ticket, with the comment `to #n`, and leaves the rest under a new one with the comment
 * `from #n`; the new one is the ticket that the broker's closing order has. The magic stays, so that a position goes on
 * under the ticket that it was opened with, whatever its ticket is now; `from #n` names that one too (MetaTrader names
 * the ticket just before), so that whoever follows comments ends where the position is.
 */
export class Mt4DealBook implements DealBook {
  private readonly positions = new Map<string, Mt4Position>();
  private readonly taken = new Map<string, Omit<DealNames, 'coid'> & { readonly isClosing: boolean }>();
  /** By each ticket that a position had, the broker's identifier of it. */
  private readonly identifiers = new Map<string, string>();

  constructor(private readonly told: ToldOrders) {}

  take(deal: Deal): void {
    const { dealTicket, orderTicket, positionId, coid, magic, tag, by } = deal;
    const held = this.positions.get(positionId);
    if (!held) {
      const root = this.told.orderTicket(coid, orderTicket);
      const opened = { root, ticket: root, tag: this.told.tag(coid, tag), magic };
      this.positions.set(positionId, opened);
      this.identifiers.set(root, positionId);
      const names = { deal: `${root}-in`, order: root, position: root, tag: opened.tag, magic };
      this.taken.set(dealTicket, { ...names, isClosing: false });
      return;
    }
    const { ticket, root } = held;
    const isPartial = !deal.positionLots.isZero();
    const byBroker = deal.reason === 'sl' || deal.reason === 'tp' ? `${held.tag}[${deal.reason}]` : held.tag;
    this.taken.set(dealTicket, {
      deal: `${ticket}-out`,
      order: ticket,
      position: root,
      tag: isPartial ? `to #${orderTicket}` : byBroker,
      magic: held.magic,
      ...(by !== undefined && { by: this.positions.get(by)?.root ?? by }),
      isClosing: true,
    });
    if (!isPartial) return;
    held.ticket = orderTicket;
    held.tag = `from #${root}`;
    this.identifiers.set(orderTicket, positionId);
  }

  names({ dealTicket, coid: brokerCoid, magic, tag }: Deal): DealNames {
    const taken = this.taken.get(dealTicket);
    if (!taken) throw new Error(`The deal ${dealTicket} was not taken.`);
    const { isClosing, ...names } = taken;
    // Nothing that a closed order carries says which command closed it.
    const coid = isClosing ? this.told.answeredCoid(brokerCoid) : this.told.coid(brokerCoid, magic, tag);
    return { ...names, coid };
  }

  positionNames(positionId: string, magic: string, tag: string): PositionNames {
    const held = this.positions.get(positionId);
    return { position: held?.root ?? positionId, magic: held?.magic ?? magic, tag: held?.tag ?? tag };
  }

  brokerPosition(told: string): string {
    return this.identifiers.get(told) ?? told;
  }
}
