import { Decimal } from '@trading/trading-market';
import { newPortfolio, positionKey, type MarginMode, type Portfolio } from '@trading/trading-portfolio';
import { EURUSD } from './broker-fixtures';
import type { BrokerEvent, Deal, OrderChanged } from './broker-event';

const ZERO = new Decimal(0);
const ENDS = ['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED'];

interface ModelOrder {
  readonly coid: string;
  readonly orderedLots: Decimal;
  filledLots: Decimal;
  state: 'held' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED';
}

interface ModelPosition {
  lots: Decimal;
  /** Sum of price × signed lots of what is open. */
  value: Decimal;
}

/**
 * What an account must look like to somebody who hears nothing but the broker's events: the reference that
 * specifications hold the broker's own views against. It keeps positions by its own arithmetic and also feeds books.
 */
export class BrokerModel {
  readonly orders = new Map<string, ModelOrder>();
  readonly positions = new Map<string, ModelPosition>();
  readonly books: Portfolio;
  readonly tickets = new Set<string>();
  cash: Decimal;
  lastUs = -Infinity;
  private readonly volumes = new Map<string, Decimal>();

  constructor(
    private readonly marginMode: MarginMode,
    deposit: string,
  ) {
    this.cash = new Decimal(deposit);
    this.books = newPortfolio(marginMode, {
      currency: 'USD',
      instrument: () => EURUSD,
      rates: { rate: () => new Decimal(1) },
    });
    this.books.deposit(this.cash, 0);
  }

  /** Tickets of what the broker still holds: a market order that fills in one deal has no other end than that deal. */
  working(): string[] {
    return [...this.orders].flatMap(([ticket, { state, filledLots, orderedLots }]) =>
      state === 'held' && filledLots.lt(orderedLots) ? [ticket] : [],
    );
  }

  /** To be called before the order is submitted. */
  submits(coid: string, lots: string): void {
    this.volumes.set(coid, new Decimal(lots));
  }

  /** @throws Error at the first event that cannot follow those before it */
  hear(event: BrokerEvent): void {
    demand(event.timeUs >= this.lastUs, `the event at ${event.timeUs} comes after one at ${this.lastUs}`);
    this.lastUs = event.timeUs;
    switch (event.kind) {
      case 'accepted': {
        demand(!this.orders.has(event.orderTicket), `the order ${event.orderTicket} is accepted twice`);
        const orderedLots = this.volumes.get(event.coid) ?? ZERO;
        this.orders.set(event.orderTicket, { coid: event.coid, orderedLots, filledLots: ZERO, state: 'held' });
        return;
      }
      case 'rejected':
        if (event.orderTicket !== '') this.end(event.orderTicket, 'REJECTED');
        return;
      case 'deal':
        this.hearDeal(event);
        return;
      case 'order':
        this.hearOrder(event);
        return;
      case 'cash':
        this.ticket(event.dealTicket);
        this.cash = this.cash.plus(event.amount);
        this.books.deposit(event.amount, event.timeUs, event.cash);
        return;
      case 'stops':
        demand(this.positions.has(this.keyOf(event)), `stops of ${event.positionId}, which is not open`);
    }
  }

  private hearDeal(deal: Deal): void {
    this.ticket(deal.dealTicket);
    this.cash = this.cash.plus(deal.profit).plus(deal.commission).plus(deal.swap);
    const order = this.orders.get(deal.orderTicket);
    const isOurs = deal.reason === 'order' || deal.reason === 'manual';
    demand(isOurs === (order !== undefined), `the deal ${deal.dealTicket} has no order, or one of the broker's has`);
    // The second deal of a close by another position is of the same lots as the first.
    const isSecond = deal.by !== undefined && order?.state === 'held' && order.filledLots.eq(order.orderedLots);
    if (order && !isSecond) order.filledLots = order.filledLots.plus(deal.volumeLots);
    if (order) demand(order.state === 'held', `the order ${deal.orderTicket} had ended before the deal`);
    if (order) demand(order.filledLots.lte(order.orderedLots), `the order ${deal.orderTicket} is filled beyond itself`);
    const profit = this.net(deal);
    demand(
      profit.eq(deal.profit),
      `the deal ${deal.dealTicket} made ${profit.toFixed()}, not ${deal.profit.toFixed()}`,
    );
    const effect = this.books.applyFill({ ...deal, fillId: deal.dealTicket });
    demand(effect.realised.eq(deal.profit), `the books realise ${effect.realised.toFixed()} by ${deal.dealTicket}`);
  }

  private hearOrder(event: OrderChanged): void {
    const order = this.orders.get(event.orderTicket);
    demand(order?.state === 'held', `${event.state} of the order ${event.orderTicket}, which is not held`);
    demand(order.filledLots.eq(event.filledLots), `the order ${event.orderTicket} is filled otherwise`);
    if (ENDS.includes(event.state)) this.end(event.orderTicket, event.state as ModelOrder['state']);
  }

  private end(orderTicket: string, state: ModelOrder['state']): void {
    const order = this.orders.get(orderTicket);
    demand(order?.state === 'held', `the order ${orderTicket} ends twice`);
    const isFull = order.filledLots.eq(order.orderedLots);
    demand(isFull === (state === 'FILLED'), `the order ${orderTicket} cannot end as ${state}`);
    order.state = state;
  }

  /** Books the deal on its position; answers what it realised, to the cent. */
  private net(deal: Deal): Decimal {
    const key = this.keyOf(deal);
    const signed = deal.side === 'BUY' ? deal.volumeLots : deal.volumeLots.neg();
    const { lots, value } = this.positions.get(key) ?? { lots: ZERO, value: ZERO };
    const after = lots.plus(signed);
    demand(after.eq(deal.positionLots), `the position ${key} has ${after.toFixed()} lots after ${deal.dealTicket}`);
    const closes = !lots.isZero() && lots.isPositive() !== signed.isPositive();
    if (!closes) {
      this.positions.set(key, { lots: after, value: value.plus(deal.price.mul(signed)) });
      return ZERO;
    }
    const closed = Decimal.min(lots.abs(), signed.abs()).mul(lots.isPositive() ? 1 : -1);
    const entry = value.div(lots);
    const rest = lots.abs().gte(signed.abs()) ? entry.mul(after) : deal.price.mul(after);
    if (after.isZero()) this.positions.delete(key);
    else this.positions.set(key, { lots: after, value: rest });
    return deal.price.minus(entry).mul(closed).mul(100_000).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
  }

  private ticket(dealTicket: string): void {
    demand(!this.tickets.has(dealTicket), `the deal ${dealTicket} comes twice`);
    this.tickets.add(dealTicket);
    demand(dealTicket === String(this.tickets.size), `the deal ${dealTicket} is not the next`);
  }

  private keyOf(event: { readonly symbol: string; readonly positionId: string }): string {
    return positionKey(this.marginMode, event);
  }
}

function demand(isRight: boolean, sentence: string): asserts isRight {
  if (!isRight) throw new Error(sentence);
}
