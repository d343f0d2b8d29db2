import { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import { BrokerCash } from './broker-cash';
import type { BrokerConfig } from './broker-config';
import type { BrokerEvent, Deal, OrderRejected } from './broker-event';
import type { BrokerOrder, CloseRequest } from './broker-order';
import type { AccountView, BrokerPositionView, StopsOutcome, WorkingOrderView } from './broker-views';
import { checkedConfig } from './checked-config';
import { DealDesk } from './deal-desk';
import { FillChecks } from './fill-checks';
import { refuse, type Refusal } from './order-checks';
import { RETCODE } from './retcode';
import { SimulatedSymbolUnknown } from './simulation-errors';
import { NO_STOPS, parseStops, stopsProblem } from './stop-levels';
import { SymbolBook, type HeldOrder } from './symbol-book';

/** How a quote came about: after a gap, or by a price that moved there through every level in between (a bar's path). */
export type QuoteArrival = 'jump' | 'travel';

const NOTHING: readonly BrokerEvent[] = Object.freeze([]);
const ZERO = new Decimal(0);

/**
 * A broker with one netting account, in the pessimistic reading of what a quote does:
 *
 * - A market order fills at the first quote of its symbol that is not crossed, comes after the submit and is not earlier
 *   than submit time plus latency: buy at the ask, sell at the bid, worsened by the slippage.
 * - Stop loss and take profit belong to the position. A long's trigger on the bid, a short's on the ask; the stop goes
 *   before the target. A stop fills at the quote that jumped through it, or at its level when the price travelled there,
 *   worsened by the slippage; a target fills at its level, never better.
 * - When a quote that jumped both fills an order and triggers a stop, the order was there first; when the price
 *   travelled, the stop lay on the way and comes first.
 * - Crossed quotes do nothing.
 *
 * Same configuration and same calls give the same events.
 */
export class SimulatedBroker {
  private readonly books: ReadonlyMap<string, SymbolBook>;
  private readonly cash: BrokerCash;
  private readonly desk: DealDesk;
  private readonly checks: FillChecks;
  private orderCount = 0;

  /** @throws SimulationConfigInvalid */
  constructor(private readonly config: BrokerConfig) {
    checkedConfig(config);
    this.books = new Map(config.instruments.map((instrument) => [instrument.symbol, new SymbolBook(instrument)]));
    this.cash = new BrokerCash(config, this.books);
    this.desk = new DealDesk(this.cash);
    this.checks = new FillChecks(config, this.cash);
  }

  /** Takes an order at `nowUs`: one `accepted` or one `rejected`; what becomes of it comes from {@link onTick}. */
  submit(order: BrokerOrder, nowUs: number): BrokerEvent[] {
    const book = this.books.get(order.symbol);
    const unknown = refuse(RETCODE.INVALID, `${order.symbol} is not known.`);
    const isClosed = book?.isClosed ?? this.isAllClosed;
    const refusal = isClosed ? MARKET_CLOSED : book ? this.checks.submitProblem(book, order) : unknown;
    if (!book || refusal) {
      return [rejected(order, '', refusal ?? unknown, nowUs, book)];
    }
    this.orderCount += 1;
    const orderTicket = String(this.orderCount);
    book.waiting.push({ orderTicket, order, submittedUs: nowUs, eligibleUs: nowUs + this.config.latencyUs });
    book.settle();
    return [{ kind: 'accepted', coid: order.coid, orderTicket, timeUs: nowUs }];
  }

  /** Submits the order that closes a position, or a part of it. */
  close({ volumeLots, ...request }: CloseRequest, nowUs: number): BrokerEvent[] {
    const book = this.bookOfPosition(request.positionId);
    const lots = book ? this.cash.portfolio.position(book.instrument.symbol).lots : ZERO;
    const order: BrokerOrder = {
      ...request,
      symbol: book?.instrument.symbol ?? '',
      side: lots.isPositive() ? 'SELL' : 'BUY',
      type: 'MARKET',
      volumeLots: volumeLots ?? lots.abs().toFixed(),
      fillings: [],
      reduceOnly: true,
    };
    if (book) return this.submit(order, nowUs);
    const refusal = refuse(RETCODE.POSITION_CLOSED, `The position ${request.positionId} is not open.`);
    return [rejected(order, '', refusal, nowUs)];
  }

  /** Moves the stops of an open position; absent ones are cleared. */
  setStops(positionId: string, stops: { readonly stopLoss?: string; readonly takeProfit?: string }): StopsOutcome {
    const book = this.bookOfPosition(positionId);
    if (!book) {
      return {
        kind: 'rejected',
        retcode: RETCODE.POSITION_CLOSED,
        message: `The position ${positionId} is not open.`,
      };
    }
    const levels = parseStops(book.instrument, stops);
    const problem =
      typeof levels === 'string'
        ? levels
        : stopsProblem(book.instrument, sideOf(book.sign), levels, book.exact(book.bid), book.exact(book.ask));
    if (typeof levels === 'string' || problem !== undefined) {
      return { kind: 'rejected', retcode: RETCODE.INVALID_STOPS, message: problem ?? '' };
    }
    this.desk.protect(book, stops);
    return { kind: 'set' };
  }

  /**
   * Takes a quote. Answers what it caused, in order; the same empty array when nothing.
   * @throws SimulatedSymbolUnknown
   */
  onTick(
    symbol: string,
    timeUs: number,
    bid: number,
    ask: number,
    arrival: QuoteArrival = 'jump',
  ): readonly BrokerEvent[] {
    const book = this.books.get(symbol);
    if (book === undefined) throw new SimulatedSymbolUnknown(symbol);
    if (!(bid <= ask)) return NOTHING;
    book.bid = bid;
    book.ask = ask;
    if (book.isQuiet) return NOTHING;

    const events: BrokerEvent[] = [];
    if (arrival === 'jump') {
      this.fillWaiting(book, timeUs, events);
      this.triggerStops(book, timeUs, arrival, events);
    } else {
      this.triggerStops(book, timeUs, arrival, events);
      this.fillWaiting(book, timeUs, events);
    }
    book.settle();
    return events.length > 0 ? events : NOTHING;
  }

  /**
   * No quote of a symbol, or without one of any, will come any more: what waits is refused, and so is every later order.
   * What is held stays, at its last quote. Another call changes nothing.
   * @throws SimulatedSymbolUnknown
   */
  closeMarket(nowUs: number, symbol?: string): BrokerEvent[] {
    if (symbol !== undefined && !this.books.has(symbol)) throw new SimulatedSymbolUnknown(symbol);
    const events: BrokerEvent[] = [];
    for (const book of this.books.values()) {
      if (symbol !== undefined && book.instrument.symbol !== symbol) continue;
      book.isClosed = true;
      for (const { order, orderTicket } of book.waiting) {
        events.push(rejected(order, orderTicket, MARKET_CLOSED, nowUs, book));
      }
      book.waiting = [];
      book.settle();
    }
    return events;
  }

  account(): AccountView {
    return this.cash.view();
  }

  positions(): BrokerPositionView[] {
    return this.cash.portfolio.positions().flatMap((position): BrokerPositionView[] => {
      const book = this.books.get(position.symbol);
      if (!book?.tags) return [];
      return [
        {
          ...book.tags,
          symbol: position.symbol,
          side: sideOf(book.sign),
          volumeLots: position.lots.abs(),
          openPrice: position.averagePrice,
          ...(book.levels.stopLoss && { stopLoss: book.levels.stopLoss }),
          ...(book.levels.takeProfit && { takeProfit: book.levels.takeProfit }),
          profit: this.cash.unrealised(position.symbol),
          openedUs: position.openedUs,
        },
      ];
    });
  }

  /** Orders that wait for their first quote, in order of their tickets within a symbol. */
  workingOrders(): WorkingOrderView[] {
    return [...this.books.values()].flatMap((book) =>
      book.waiting.map(({ orderTicket, order, submittedUs }) => ({ orderTicket, order, submittedUs })),
    );
  }

  /** All deals since the start. */
  deals(): readonly Deal[] {
    return this.desk.deals;
  }

  /** 1 long, -1 short, 0 flat or unknown. */
  positionSign(symbol: string): -1 | 0 | 1 {
    return this.books.get(symbol)?.sign ?? 0;
  }

  private get isAllClosed(): boolean {
    return [...this.books.values()].every((book) => book.isClosed);
  }

  private fillWaiting(book: SymbolBook, timeUs: number, events: BrokerEvent[]): void {
    if (book.waiting.length === 0) return;
    const due = book.waiting.filter((held) => held.eligibleUs <= timeUs);
    if (due.length === 0) return;
    book.waiting = book.waiting.filter((held) => held.eligibleUs > timeUs);
    for (const held of due) events.push(this.fillOrder(book, held, timeUs));
  }

  private fillOrder(book: SymbolBook, held: HeldOrder, timeUs: number): BrokerEvent {
    const { order, orderTicket } = held;
    const price = this.marketPrice(book, order.side);
    const refusal = this.checks.fillProblem(
      book,
      order,
      price,
      this.config.expiry === 'arrival' ? held.eligibleUs : timeUs,
    );
    if (refusal) return rejected(order, orderTicket, refusal, timeUs, book);
    const { coid, side, magic, tag } = order;
    const deal = this.desk.book(
      book,
      { side, volumeLots: new Decimal(order.volumeLots), price, coid, magic, tag, reason: 'order' },
      orderTicket,
      timeUs,
    );
    this.desk.protect(book, order);
    return deal;
  }

  private triggerStops(book: SymbolBook, timeUs: number, arrival: QuoteArrival, events: BrokerEvent[]): void {
    const { sign, levels } = book;
    if (sign === 0 || levels === NO_STOPS) return;
    const market = sign > 0 ? book.bid : book.ask;
    const isStopped = sign > 0 ? market <= levels.stopLossAt : market >= levels.stopLossAt;
    const isReached = sign > 0 ? market >= levels.takeProfitAt : market <= levels.takeProfitAt;
    const side: Side = sign > 0 ? 'SELL' : 'BUY';
    if (isStopped && levels.stopLoss) {
      const price = arrival === 'jump' ? this.marketPrice(book, side) : this.slipped(book, side, levels.stopLoss);
      events.push(this.closeAtBroker(book, side, price, levels.stopLoss, 'sl', timeUs));
    } else if (isReached && levels.takeProfit) {
      events.push(this.closeAtBroker(book, side, levels.takeProfit, levels.takeProfit, 'tp', timeUs));
    }
  }

  private closeAtBroker(
    book: SymbolBook,
    side: Side,
    price: Decimal,
    level: Decimal,
    reason: 'sl' | 'tp',
    timeUs: number,
  ): Deal {
    this.orderCount += 1;
    const volumeLots = this.cash.portfolio.position(book.instrument.symbol).lots.abs();
    const tag = `[${reason} ${level.toFixed(book.instrument.digits)}]`;
    const magic = book.tags?.magic ?? '0';
    return this.desk.book(
      book,
      { side, volumeLots, price, coid: '', magic, tag, reason },
      String(this.orderCount),
      timeUs,
    );
  }

  private marketPrice(book: SymbolBook, side: Side): Decimal {
    return this.slipped(book, side, book.exact(side === 'BUY' ? book.ask : book.bid));
  }

  private slipped(book: SymbolBook, side: Side, price: Decimal): Decimal {
    const slippage = new Decimal(book.instrument.tickSize).mul(this.config.slippagePoints);
    return side === 'BUY' ? price.plus(slippage) : price.minus(slippage);
  }

  private bookOfPosition(positionId: string): SymbolBook | undefined {
    return [...this.books.values()].find((book) => book.tags?.positionId === positionId);
  }
}

const MARKET_CLOSED = refuse(RETCODE.MARKET_CLOSED, 'The market is closed: the data ends here.');

function sideOf(sign: -1 | 0 | 1): Side {
  return sign < 0 ? 'SELL' : 'BUY';
}

function rejected(
  order: BrokerOrder,
  orderTicket: string,
  { retcode, message }: Refusal,
  timeUs: number,
  book?: SymbolBook,
): OrderRejected {
  const { coid, symbol, volumeLots } = order;
  const quote = book?.hasQuote ? { bid: book.bid, ask: book.ask } : undefined;
  return { kind: 'rejected', coid, symbol, orderTicket, volumeLots, retcode, message, ...quote, timeUs };
}
