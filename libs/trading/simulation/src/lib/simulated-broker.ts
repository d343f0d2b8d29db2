import { Decimal } from '@trading/trading-market';
import type { CashKind } from '@trading/trading-portfolio';
import { BrokerFloor } from './broker-floor';
import type { BrokerConfig } from './broker-config';
import type { Actor, BrokerEvent, CashMoved, Deal } from './broker-event';
import type { BrokerOrder, CloseRequest, ManualOrder, OrderChange, OrderName, StopChange } from './broker-order';
import type {
  AccountView,
  BrokerPositionView,
  ChangeOutcome,
  EndedOrderView,
  StopsOutcome,
  WorkingOrderView,
} from './broker-views';
import { ByTime } from './by-time';
import { Changes } from './changes';
import { HeldOrder } from './held-order';
import { Matching, type QuoteArrival } from './matching';
import { refuse } from './order-checks';
import { orderChanged, rejected, workingView } from './order-desk';
import { positionSign, positionViews } from './position-views';
import { RETCODE } from './retcode';
import { SimulatedSymbolUnknown } from './simulation-errors';
import { StopOut } from './stop-out';
import type { SymbolBook } from './symbol-book';

const NOTHING: readonly BrokerEvent[] = Object.freeze([]);

/**
 * A broker with one account, netting or hedging, in the pessimistic reading of what a quote does:
 *
 * - A market order fills at the first quote of its symbol that is not crossed, comes after the submit and is not earlier
 *   than submit time plus latency: buy at the ask, sell at the bid, worsened by the slippage. Where quotes offer a
 *   limited volume, RETURN leaves the rest for the next quotes, IOC cancels it, FOK refuses the whole.
 * - A limit order fills at its price once the opposite price goes through it. A stop order fills at the quote that
 *   jumped through its price, or at its price when the quote travelled there, worsened by the slippage. A stop-limit
 *   order becomes a limit order. Placing, changing and canceling takes effect at once; filling only after the latency.
 * - Stop loss and take profit belong to the position. A long's trigger on the bid, a short's on the ask; the stop goes
 *   before the target. A stop fills like a stop order, a target at its level, never better.
 * - When a quote that jumped both fills an order and triggers a stop, the order was there first; when the price
 *   travelled, the stop lay on the way and comes first.
 * - Crossed quotes do nothing, and quotes outside the sessions of the symbol only move the price.
 *
 * Same configuration and same calls give the same events.
 */
export class SimulatedBroker {
  private readonly floor: BrokerFloor;
  private readonly books: ReadonlyMap<string, SymbolBook>;
  private readonly matching: Matching;
  private readonly changes: Changes;
  private readonly byTime: ByTime;
  private readonly stopOut: StopOut;
  /** Quotes from then on are looked at even where no order and no stop is met. */
  private awakeUs = Infinity;
  /** `awakeUs` is a time: asked first, because every quote asks. */
  private isAwake = false;

  /** @throws SimulationConfigInvalid */
  constructor(private readonly config: BrokerConfig) {
    this.floor = new BrokerFloor(config);
    this.books = this.floor.books;
    this.matching = new Matching(this.floor);
    this.changes = new Changes(this.floor);
    this.byTime = new ByTime(this.floor);
    this.stopOut = new StopOut(this.floor, this.matching);
    this.rest();
  }

  /**
   * Takes an order at `nowUs`: one `rejected`; or one `accepted`, which of a pending order the event `PLACED` follows.
   * What becomes of it comes from {@link onTick} and {@link onTime}.
   */
  submit(order: BrokerOrder, nowUs: number): BrokerEvent[] {
    return this.take(order, nowUs, 'command');
  }

  /** What a human orders in the terminal: without client order id, and with deals of the reason `manual`. */
  submitManual(order: ManualOrder, nowUs: number): BrokerEvent[] {
    const plain = { coid: '', fillings: [], reduceOnly: false, magic: '0', tag: '' } as const;
    return this.take({ ...plain, ...order }, nowUs, 'manual');
  }

  /** Submits the order that closes a position, or a part of it. */
  close({ volumeLots, ...request }: CloseRequest, nowUs: number): BrokerEvent[] {
    const position = this.positions().find(({ positionId }) => positionId === request.positionId);
    const order: BrokerOrder = {
      ...request,
      symbol: position?.symbol ?? '',
      side: position?.side === 'BUY' ? 'SELL' : 'BUY',
      type: 'MARKET',
      volumeLots: volumeLots ?? position?.volumeLots.toFixed() ?? '0',
      fillings: [],
      reduceOnly: true,
    };
    if (position) return this.submit(order, nowUs);
    const refusal = refuse(RETCODE.POSITION_CLOSED, `The position ${request.positionId} is not open.`);
    return [rejected(order, '', refusal, nowUs)];
  }

  /** Changes a pending order. A market order that waits cannot be changed. */
  modify(change: OrderChange, nowUs: number, by: Actor = 'command'): ChangeOutcome {
    const outcome = this.changes.modify(change, nowUs, by);
    this.rest();
    return outcome;
  }

  /** Cancels a pending order, or what has not filled of a market order. */
  cancel(name: OrderName, nowUs: number, by: Actor = 'command'): ChangeOutcome {
    return this.changes.cancel(name, nowUs, by);
  }

  /** A human cancels any order in the terminal. */
  cancelManual(name: OrderName, nowUs: number): ChangeOutcome {
    return this.cancel(name, nowUs, 'manual');
  }

  /** Moves the stops of an open position. Without a time nobody is told of it. */
  setStops(positionId: string, stops: StopChange): StopsOutcome;
  setStops(positionId: string, stops: StopChange, nowUs: number, by?: Actor): ChangeOutcome;
  setStops(positionId: string, stops: StopChange, nowUs?: number, by: Actor = 'command'): ChangeOutcome | StopsOutcome {
    const outcome = this.changes.setStops(positionId, stops, nowUs ?? 0, by);
    return outcome.kind === 'done' && nowUs === undefined ? { kind: 'set' } : outcome;
  }

  /**
   * Moves money without a deal: deposits are positive, withdrawals negative, the others either.
   * @throws InvalidBooking
   */
  cash(kind: CashKind, amount: Decimal | string, nowUs: number, comment: string = kind): BrokerEvent[] {
    const events: BrokerEvent[] = [this.floor.deals.move(kind, new Decimal(amount), comment, nowUs)];
    if (this.stopOut.isWatching) this.stopOut.enforce(nowUs, events);
    this.rest();
    return events;
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
    if ((!this.isAwake || timeUs < this.awakeUs) && book.isIndifferent(bid, ask)) {
      book.bid = bid;
      book.ask = ask;
      return NOTHING;
    }
    const events: BrokerEvent[] = [];
    if (timeUs >= this.floor.dueUs) this.passTime(timeUs, events);
    book.bid = bid;
    book.ask = ask;
    if (!book.isIndifferent(bid, ask)) this.matching.onQuote(book, timeUs, arrival, events);
    if (this.stopOut.isWatching) this.stopOut.enforce(timeUs, events);
    this.rest();
    return events.length > 0 ? events : NOTHING;
  }

  /**
   * Knows a quote again of which nothing came when it was taken: for whoever rebuilds a broker from what it was told.
   * @throws SimulatedSymbolUnknown
   */
  recall(symbol: string, bid: number, ask: number): void {
    const book = this.books.get(symbol);
    if (book === undefined) throw new SimulatedSymbolUnknown(symbol);
    book.bid = bid;
    book.ask = ask;
  }

  /** Time passes without a quote: what is due by then happens, that is expiries and swaps. */
  onTime(nowUs: number): readonly BrokerEvent[] {
    if (nowUs < this.floor.dueUs) return NOTHING;
    const events: BrokerEvent[] = [];
    this.passTime(nowUs, events);
    this.rest();
    return events.length > 0 ? events : NOTHING;
  }

  /**
   * No quote of a symbol, or without one of any, will come any more: what waits for one is refused, and so is every later
   * order. Positions and pending orders stay. Another call changes nothing.
   * @throws SimulatedSymbolUnknown
   */
  closeMarket(nowUs: number, symbol?: string): BrokerEvent[] {
    if (symbol !== undefined && !this.books.has(symbol)) throw new SimulatedSymbolUnknown(symbol);
    const events: BrokerEvent[] = [];
    for (const book of this.books.values()) {
      if (symbol !== undefined && book.instrument.symbol !== symbol) continue;
      book.isClosed = true;
      for (const held of book.waiting) {
        const state = held.filledLots.isZero() ? 'REJECTED' : 'CANCELED';
        this.floor.orders.end(book, held, { state, reason: 'broker', refusal: DATA_ENDED }, nowUs, events);
      }
      book.waiting = [];
      book.settle();
    }
    return events;
  }

  account(): AccountView {
    return this.floor.cash.view();
  }

  positions(): BrokerPositionView[] {
    return positionViews(this.floor);
  }

  /** Orders that wait for a quote or their price, in order of their tickets within a symbol. */
  workingOrders(): WorkingOrderView[] {
    return [...this.books.values()].flatMap(({ waiting, pending }) =>
      [...waiting, ...pending].sort((a, b) => Number(a.orderTicket) - Number(b.orderTicket)).map(workingView),
    );
  }

  /** Orders that the broker held once, in the order of their ends. */
  endedOrders(): readonly EndedOrderView[] {
    return this.floor.orders.ended;
  }

  /** All deals since the start. */
  deals(): readonly Deal[] {
    return this.floor.deals.deals;
  }

  /** Money that moved without a deal since the start, the first deposit aside. */
  cashMovements(): readonly CashMoved[] {
    return this.floor.deals.cashMovements;
  }

  /** 1 long, -1 short, 0 flat or unknown; on a hedging account of the sum of the positions. */
  positionSign(symbol: string): -1 | 0 | 1 {
    return positionSign(this.floor, symbol);
  }

  private get isAllClosed(): boolean {
    return [...this.books.values()].every((book) => book.isClosed);
  }

  private take(order: BrokerOrder, nowUs: number, by: Actor): BrokerEvent[] {
    const { orders, checks, clock } = this.floor;
    const book = this.books.get(order.symbol);
    const unknown = refuse(RETCODE.INVALID, `${order.symbol} is not known.`);
    if (book?.isClosed ?? this.isAllClosed) return [rejected(order, '', DATA_ENDED, nowUs, book)];
    if (!book) return [rejected(order, '', unknown, nowUs)];
    const refusal = clock.isOpen(book.instrument, nowUs) ? checks.submitProblem(book, order, nowUs) : NO_SESSION;
    if (refusal) return [rejected(order, '', refusal, nowUs, book)];
    const orderTicket = orders.nextTicket();
    const held = new HeldOrder(orderTicket, order, by, nowUs, nowUs + this.config.latencyUs);
    const events: BrokerEvent[] = [{ kind: 'accepted', coid: order.coid, orderTicket, timeUs: nowUs }];
    if (order.type === 'MARKET') book.waiting.push(held);
    else events.push(this.place(book, held, nowUs, by));
    book.settle();
    this.rest();
    return events;
  }

  private passTime(nowUs: number, events: BrokerEvent[]): void {
    this.byTime.pass(nowUs, events);
    this.stopOut.forget();
  }

  /** To be called after anything changed: a time may be due earlier now, or positions be open that are watched. */
  private rest(): void {
    this.awakeUs = this.stopOut.isWatching ? -Infinity : this.floor.dueUs;
    this.isAwake = this.awakeUs !== Infinity;
  }

  private place(book: SymbolBook, held: HeldOrder, nowUs: number, by: Actor): BrokerEvent {
    const { timeInForce, expiresUs = Infinity } = held.order;
    const endUs = timeInForce === 'DAY' ? this.floor.clock.nextRollover(nowUs).timeUs : Infinity;
    held.wait(held.order, timeInForce === 'GTD' ? expiresUs : endUs);
    held.isResting = true;
    this.floor.dueUs = Math.min(this.floor.dueUs, held.dueUs);
    book.pending.push(held);
    return orderChanged(held, 'PLACED', by, nowUs);
  }
}

const DATA_ENDED = refuse(RETCODE.MARKET_CLOSED, 'The market is closed: the data ends here.');
const NO_SESSION = refuse(RETCODE.MARKET_CLOSED, 'The market is closed: no session is on.');
