import { Decimal, type FillingMode } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { BrokerEvent, Deal } from './broker-event';
import type { BrokerFloor } from './broker-floor';
import type { BrokerPosition } from './broker-position';
import type { HeldOrder } from './held-order';
import { refuse } from './order-checks';
import { orderChanged } from './order-desk';
import { RETCODE } from './retcode';
import { NO_STOPS } from './stop-levels';
import type { SymbolBook } from './symbol-book';

/** How a quote came about: after a gap, or by a price that moved there through every level in between (a bar's path). */
export type QuoteArrival = 'jump' | 'travel';

const EVERYTHING = new Decimal(Infinity);

/** What a quote offers to the orders that it fills, each side by itself. */
class Offer {
  private readonly left: Record<Side, Decimal>;

  constructor(volume: Decimal) {
    this.left = { BUY: volume, SELL: volume };
  }

  of(side: Side): Decimal {
    return this.left[side];
  }

  take(side: Side, lots: Decimal): void {
    this.left[side] = this.left[side].minus(lots);
  }
}

/** What a quote does to the orders and stops of its symbol. */
export class Matching {
  private readonly volume: Decimal;
  private readonly isTouchEnough: boolean;

  constructor(private readonly floor: BrokerFloor) {
    const { fillVolumePerTick, limitFill } = floor.config;
    this.volume = fillVolumePerTick === undefined ? EVERYTHING : new Decimal(fillVolumePerTick);
    this.isTouchEnough = limitFill === 'touch';
  }

  /** Takes the quote that the book holds. */
  onQuote(book: SymbolBook, timeUs: number, arrival: QuoteArrival, events: BrokerEvent[]): void {
    if (!this.floor.isOpen(book, timeUs)) return;
    const offer = new Offer(this.volume);
    if (arrival === 'jump') {
      this.fillWaiting(book, offer, timeUs, events);
      this.triggerPending(book, offer, timeUs, arrival, events);
      this.triggerStops(book, timeUs, arrival, events);
    } else {
      this.triggerStops(book, timeUs, arrival, events);
      // The stops of what a pending order opened on the way lie on the rest of the way.
      if (this.triggerPending(book, offer, timeUs, arrival, events)) this.triggerStops(book, timeUs, arrival, events);
      this.fillWaiting(book, offer, timeUs, events);
    }
    book.settle();
  }

  /** Closes a position at the market or at a level, by the broker's own decision. */
  closeAtBroker(
    book: SymbolBook,
    position: BrokerPosition,
    {
      price,
      reason,
      tag,
    }: { readonly price: Decimal; readonly reason: 'sl' | 'tp' | 'stop_out'; readonly tag: string },
    timeUs: number,
  ): Deal {
    const { deals, orders, cash } = this.floor;
    const volumeLots = cash.portfolio.position(position.key).lots.abs();
    const side: Side = position.sign > 0 ? 'SELL' : 'BUY';
    const fill = { side, volumeLots, price, coid: '', magic: position.magic, tag, reason };
    return deals.book(book, fill, orders.nextTicket(), timeUs, position);
  }

  marketPrice(book: SymbolBook, side: Side): Decimal {
    return this.slipped(book, side, book.exact(side === 'BUY' ? book.ask : book.bid));
  }

  private fillWaiting(book: SymbolBook, offer: Offer, timeUs: number, events: BrokerEvent[]): void {
    if (book.waiting.length === 0) return;
    const due = book.waiting.filter((held) => held.eligibleUs <= timeUs);
    if (due.length === 0) return;
    book.waiting = book.waiting.filter((held) => held.eligibleUs > timeUs);
    const rest = due.filter((held) => this.fillAtMarket(book, held, offer, timeUs, events));
    if (rest.length > 0) book.waiting = [...rest, ...book.waiting];
  }

  /** Whether something of the order is left to wait for the next quote. */
  private fillAtMarket(
    book: SymbolBook,
    held: HeldOrder,
    offer: Offer,
    timeUs: number,
    events: BrokerEvent[],
  ): boolean {
    const { checks, config, orders } = this.floor;
    const { side } = held.order;
    const price = this.marketPrice(book, side);
    const expiryUs = config.expiry === 'arrival' ? held.eligibleUs : timeUs;
    // What a pending order left goes on like it: at any price, at any time.
    const isTriggered = held.order.type !== 'MARKET';
    const refusal = isTriggered
      ? checks.triggerProblem(book, held, price)
      : checks.fillProblem(book, held, price, expiryUs);
    if (refusal) {
      const expired = refusal.retcode === RETCODE.INVALID_EXPIRATION ? 'EXPIRED' : 'CANCELED';
      const state = held.filledLots.isZero() ? 'REJECTED' : expired;
      orders.end(book, held, { state, reason: 'broker', refusal }, timeUs, events);
      return false;
    }
    if (held.order.closeByPositionId !== undefined) {
      this.closeBy(book, held, held.order.closeByPositionId, timeUs, events);
      return false;
    }
    const filling = isTriggered ? 'RETURN' : fillingOf(book, held);
    const isEnough = offer.of(side).gte(held.remainingLots);
    if (!isEnough && (filling === 'FOK' || (filling === 'IOC' && offer.of(side).isZero()))) {
      const message = `Nobody offers ${filling === 'FOK' ? held.order.volumeLots : 'any'} lots now.`;
      const end = { state: 'REJECTED', reason: 'broker', refusal: refuse(RETCODE.REJECT, message) } as const;
      orders.end(book, held, end, timeUs, events);
      return false;
    }
    if (this.fill(book, held, price, offer, timeUs, events)) return false;
    if (filling !== 'IOC') return true;
    orders.end(book, held, { state: 'CANCELED', reason: 'broker' }, timeUs, events);
    return false;
  }

  /** Fills what is offered of an order; whether that completes it. */
  private fill(
    book: SymbolBook,
    held: HeldOrder,
    price: Decimal,
    offer: Offer,
    timeUs: number,
    events: BrokerEvent[],
  ): boolean {
    const { deals, orders } = this.floor;
    const { order } = held;
    const { coid, side, magic, tag } = order;
    const volumeLots = Decimal.min(held.remainingLots, offer.of(side));
    if (volumeLots.isZero()) return false;
    offer.take(side, volumeLots);
    const reason = held.by === 'manual' ? 'manual' : 'order';
    const met = deals.positionOf(book, order, held.orderTicket);
    const decided = { side, volumeLots, price, coid, magic, tag, reason } as const;
    const deal = deals.book(book, decided, held.orderTicket, timeUs, met);
    events.push(deal);
    held.filledLots = held.filledLots.plus(volumeLots);
    this.protect(book, held, deal);
    if (held.remainingLots.isZero()) {
      orders.filled(held, timeUs, events);
      return true;
    }
    held.isResting = true;
    return false;
  }

  /** A netting order restates the stops; on a hedging account only the order that opens a position has any. */
  private protect(book: SymbolBook, { order }: HeldOrder, { positionId }: Deal): void {
    if (this.floor.config.marginMode === 'HEDGING' && order.positionId !== undefined) return;
    const position = book.positionOf(positionId);
    if (position) this.floor.deals.protect(book, position, order);
  }

  private closeBy(book: SymbolBook, held: HeldOrder, otherId: string, timeUs: number, events: BrokerEvent[]): void {
    const { deals, orders, cash } = this.floor;
    const { order, orderTicket } = held;
    const [own, other] = [book.positionOf(order.positionId), book.positionOf(otherId)];
    if (!own || !other) return;
    const price = cash.portfolio.position(other.key).averagePrice;
    const { coid, side, magic, tag } = order;
    const volumeLots = new Decimal(order.volumeLots);
    const reason = held.by === 'manual' ? 'manual' : 'order';
    const opposite: Side = side === 'BUY' ? 'SELL' : 'BUY';
    const shared = { volumeLots, price, coid, magic, tag, reason } as const;
    events.push(deals.book(book, { ...shared, side, by: other.positionId }, orderTicket, timeUs, own));
    events.push(deals.book(book, { ...shared, side: opposite, by: own.positionId }, orderTicket, timeUs, other));
    held.filledLots = volumeLots;
    orders.filled(held, timeUs, events);
  }

  /** Whether any order filled. */
  private triggerPending(
    book: SymbolBook,
    offer: Offer,
    timeUs: number,
    arrival: QuoteArrival,
    events: BrokerEvent[],
  ): boolean {
    if (book.pending.length === 0) return false;
    const reached = book.pending.filter((held) => this.isReached(book, held));
    const ready = reached.filter((held) => held.eligibleUs <= timeUs);
    for (const held of reached) if (held.eligibleUs > timeUs) held.isGapped = true;
    for (const held of ready) this.goOff(book, held, offer, timeUs, arrival, events);
    return ready.length > 0;
  }

  private isReached(book: SymbolBook, { order, at }: HeldOrder): boolean {
    const isBuy = order.side === 'BUY';
    const market = isBuy ? book.ask : book.bid;
    if (order.type !== 'LIMIT') return isBuy ? market >= at : market <= at;
    if (this.isTouchEnough && market === at) return true;
    return isBuy ? market < at : market > at;
  }

  private goOff(
    book: SymbolBook,
    held: HeldOrder,
    offer: Offer,
    timeUs: number,
    arrival: QuoteArrival,
    events: BrokerEvent[],
  ): void {
    const { checks, orders } = this.floor;
    const { side, type, price: level = '0' } = held.order;
    if (type === 'STOP_LIMIT') {
      this.becomeLimit(held);
      events.push(orderChanged(held, 'TRIGGERED', 'broker', timeUs));
      return;
    }
    const isOnTheWay = arrival === 'travel' && !held.isGapped;
    const stopPrice = isOnTheWay ? this.slipped(book, side, new Decimal(level)) : this.marketPrice(book, side);
    const price = type === 'LIMIT' ? new Decimal(level) : stopPrice;
    const refusal = checks.triggerProblem(book, held, price);
    if (refusal) {
      book.pending = book.pending.filter((other) => other !== held);
      const state = held.filledLots.isZero() ? 'REJECTED' : 'CANCELED';
      orders.end(book, held, { state, reason: 'broker', refusal }, timeUs, events);
      return;
    }
    const isComplete = this.fill(book, held, price, offer, timeUs, events);
    // A limit order that is not complete stays; a stop order is an order at the market from here on.
    if (!isComplete && type === 'LIMIT') return;
    book.pending = book.pending.filter((other) => other !== held);
    if (!isComplete) book.waiting.push(held);
  }

  private becomeLimit(held: HeldOrder): void {
    const { stopLimitPrice = '0', ...order } = held.order;
    held.wait({ ...order, type: 'LIMIT', price: stopLimitPrice }, held.dueUs);
    held.isGapped = false;
  }

  private triggerStops(book: SymbolBook, timeUs: number, arrival: QuoteArrival, events: BrokerEvent[]): void {
    const { positions } = book;
    for (const position of positions) {
      if (position.levels !== NO_STOPS) this.triggerStop(book, position, timeUs, arrival, events);
    }
  }

  private triggerStop(
    book: SymbolBook,
    position: BrokerPosition,
    timeUs: number,
    arrival: QuoteArrival,
    events: BrokerEvent[],
  ): void {
    const { sign, levels } = position;
    const market = sign > 0 ? book.bid : book.ask;
    const isStopped = sign > 0 ? market <= levels.stopLossAt : market >= levels.stopLossAt;
    const isTarget = sign > 0 ? market >= levels.takeProfitAt : market <= levels.takeProfitAt;
    const side: Side = sign > 0 ? 'SELL' : 'BUY';
    const tagOf = (name: string, level: Decimal): string => `[${name} ${level.toFixed(book.instrument.digits)}]`;
    if (isStopped && levels.stopLoss) {
      const price = arrival === 'jump' ? this.marketPrice(book, side) : this.slipped(book, side, levels.stopLoss);
      const tag = tagOf('sl', levels.stopLoss);
      events.push(this.closeAtBroker(book, position, { price, reason: 'sl', tag }, timeUs));
    } else if (isTarget && levels.takeProfit) {
      const tag = tagOf('tp', levels.takeProfit);
      events.push(this.closeAtBroker(book, position, { price: levels.takeProfit, reason: 'tp', tag }, timeUs));
    }
  }

  private slipped(book: SymbolBook, side: Side, price: Decimal): Decimal {
    const slippage = new Decimal(book.instrument.tickSize).mul(this.floor.config.slippagePoints);
    return side === 'BUY' ? price.plus(slippage) : price.minus(slippage);
  }
}

/** How a market order fills where not enough is offered. */
function fillingOf(book: SymbolBook, { order }: HeldOrder): FillingMode {
  if (order.timeInForce === 'IOC' || order.timeInForce === 'FOK') return order.timeInForce;
  const { fillingModes } = book.instrument;
  return order.fillings.find((mode) => fillingModes.includes(mode)) ?? fillingModes[0] ?? 'RETURN';
}
