import type { Decimal } from '@trading/trading-market';
import type { Actor, BrokerEvent } from './broker-event';
import type { BrokerFloor } from './broker-floor';
import type { BrokerOrder, OrderChange, OrderName, StopChange } from './broker-order';
import type { BrokerPosition } from './broker-position';
import type { ChangeOutcome } from './broker-views';
import { FROZEN, isOrderFrozen, isPositionFrozen } from './freeze-level';
import type { HeldOrder } from './held-order';
import { refuse, type Refusal } from './order-checks';
import { orderChanged } from './order-desk';
import { pendingProblem } from './pending-checks';
import { RETCODE } from './retcode';
import { parseStops, stopsProblem, type StopLevels } from './stop-levels';
import type { SymbolBook } from './symbol-book';

/** Changes of what the broker holds: orders moved or canceled, stops of positions set. */
export class Changes {
  constructor(private readonly floor: BrokerFloor) {}

  modify(change: OrderChange, nowUs: number, by: Actor): ChangeOutcome {
    const found = this.find(change);
    if (!found) return refused(UNKNOWN_ORDER);
    const { book, held } = found;
    if (!this.floor.isOpen(book, nowUs)) return refused(CLOSED);
    if (!book.pending.includes(held)) return refused(AT_MARKET);
    if (isOrderFrozen(book, held.order)) return refused(FROZEN);
    const order = changed(held.order, change);
    if (isSame(order, held.order)) return refused(NO_CHANGES);
    const problem = pendingProblem(book, order, nowUs);
    if (problem) return refused(problem);
    const isExpiryKept = change.expiresUs === undefined;
    held.wait(order, isExpiryKept ? held.dueUs : (order.expiresUs ?? Infinity));
    held.isGapped = false;
    book.settle();
    this.floor.dueUs = Math.min(this.floor.dueUs, held.dueUs);
    return done([orderChanged(held, 'MODIFIED', by, nowUs)]);
  }

  cancel(name: OrderName, nowUs: number, by: Actor): ChangeOutcome {
    const found = this.find(name);
    if (!found) return refused(UNKNOWN_ORDER);
    const { book, held } = found;
    if (!this.floor.isOpen(book, nowUs)) return refused(CLOSED);
    if (book.pending.includes(held) && isOrderFrozen(book, held.order)) return refused(FROZEN);
    book.pending = book.pending.filter((other) => other !== held);
    book.waiting = book.waiting.filter((other) => other !== held);
    book.settle();
    const events: BrokerEvent[] = [];
    this.floor.orders.end(book, held, { state: 'CANCELED', reason: by }, nowUs, events);
    return done(events);
  }

  setStops(positionId: string, change: StopChange, nowUs: number, by: Actor): ChangeOutcome {
    const found = this.position(positionId);
    if (!found) return refused(refuse(RETCODE.POSITION_CLOSED, `The position ${positionId} is not open.`));
    const { book, position } = found;
    if (!this.floor.isOpen(book, nowUs)) return refused(CLOSED);
    if (isPositionFrozen(book, position)) return refused(FROZEN);
    const stops = { ...levelTexts(position.levels), ...withoutAbsent(change) };
    const levels = parseStops(book.instrument, withoutEmpty(stops));
    const problem = typeof levels === 'string' ? levels : this.distanceProblem(book, position, levels);
    if (typeof levels === 'string' || problem !== undefined) {
      return refused(refuse(RETCODE.INVALID_STOPS, problem ?? ''));
    }
    if (
      sameLevel(levels.stopLoss, position.levels.stopLoss) &&
      sameLevel(levels.takeProfit, position.levels.takeProfit)
    ) {
      return refused(NO_CHANGES);
    }
    this.floor.deals.protect(book, position, withoutEmpty(stops));
    const { stopLoss, takeProfit } = position.levels;
    const { symbol } = book.instrument;
    const now = { ...(stopLoss && { stopLoss }), ...(takeProfit && { takeProfit }) };
    return done([{ kind: 'stops', positionId, symbol, ...now, reason: by, timeUs: nowUs }]);
  }

  /** A level that stays may be nearer to the market by now than a new one could be put. */
  private distanceProblem(book: SymbolBook, position: BrokerPosition, levels: StopLevels): string | undefined {
    const { stopLoss, takeProfit } = levels;
    const moved: StopLevels = {
      ...levels,
      ...(sameLevel(stopLoss, position.levels.stopLoss) && { stopLoss: undefined }),
      ...(sameLevel(takeProfit, position.levels.takeProfit) && { takeProfit: undefined }),
    } as StopLevels;
    const side = position.sign > 0 ? 'BUY' : 'SELL';
    return stopsProblem(book.instrument, side, moved, book.exact(book.bid), book.exact(book.ask));
  }

  private find({ orderTicket, coid }: OrderName): { book: SymbolBook; held: HeldOrder } | undefined {
    for (const book of this.floor.books.values()) {
      for (const held of [...book.pending, ...book.waiting]) {
        const isIt = orderTicket !== undefined ? held.orderTicket === orderTicket : held.order.coid === coid;
        if (isIt) return { book, held };
      }
    }
    return undefined;
  }

  private position(positionId: string): { book: SymbolBook; position: BrokerPosition } | undefined {
    for (const book of this.floor.books.values()) {
      const position = book.positionOf(positionId);
      if (position) return { book, position };
    }
    return undefined;
  }
}

const UNKNOWN_ORDER = refuse(RETCODE.INVALID, 'There is no such order.');
const AT_MARKET = refuse(RETCODE.INVALID, 'The order is being filled at the market; it cannot be changed.');
const CLOSED = refuse(RETCODE.MARKET_CLOSED, 'The market is closed.');
const NO_CHANGES = refuse(RETCODE.NO_CHANGES, 'Nothing would change.');

function done(events: readonly BrokerEvent[]): ChangeOutcome {
  return { kind: 'done', retcode: RETCODE.DONE, events };
}

function refused({ retcode, message }: Refusal): ChangeOutcome {
  return { kind: 'rejected', retcode, message };
}

function changed(order: BrokerOrder, change: OrderChange): BrokerOrder {
  const { orderTicket: _orderTicket, coid: _coid, expiresUs, ...prices } = change;
  const { stopLoss, takeProfit, ...rest } = { ...order, ...withoutAbsent(prices) };
  const next: BrokerOrder = { ...rest, ...withoutEmpty({ stopLoss, takeProfit }) };
  if (expiresUs === undefined) return next;
  const { expiresUs: _before, ...timeless } = next;
  return expiresUs === 0 ? { ...timeless, timeInForce: 'GTC' } : { ...timeless, timeInForce: 'GTD', expiresUs };
}

function isSame(a: BrokerOrder, b: BrokerOrder): boolean {
  const samePrice = (x: string | undefined, y: string | undefined): boolean =>
    x === y || (x !== undefined && y !== undefined && Number(x) === Number(y));
  return (
    samePrice(a.price, b.price) &&
    samePrice(a.stopLimitPrice, b.stopLimitPrice) &&
    samePrice(a.stopLoss, b.stopLoss) &&
    samePrice(a.takeProfit, b.takeProfit) &&
    (a.timeInForce ?? 'GTC') === (b.timeInForce ?? 'GTC') &&
    a.expiresUs === b.expiresUs
  );
}

function sameLevel(a: Decimal | undefined, b: Decimal | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.eq(b));
}

function levelTexts({ stopLoss, takeProfit }: StopLevels): StopChange {
  return { ...(stopLoss && { stopLoss: stopLoss.toFixed() }), ...(takeProfit && { takeProfit: takeProfit.toFixed() }) };
}

function withoutAbsent<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function withoutEmpty(stops: {
  readonly stopLoss?: string | undefined;
  readonly takeProfit?: string | undefined;
}): StopChange {
  const { stopLoss, takeProfit } = stops;
  const isLevel = (text: string | undefined): boolean => text !== undefined && text !== '';
  return { ...(isLevel(stopLoss) && { stopLoss }), ...(isLevel(takeProfit) && { takeProfit }) } as StopChange;
}
