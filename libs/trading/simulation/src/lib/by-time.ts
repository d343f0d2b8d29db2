import { Decimal, tickValueOf } from '@trading/trading-market';
import type { BrokerEvent } from './broker-event';
import type { BrokerFloor } from './broker-floor';
import type { BrokerPosition } from './broker-position';
import { refuse } from './order-checks';
import { RETCODE } from './retcode';
import type { SymbolBook } from './symbol-book';
import type { Rollover } from './trading-clock';

const SUNDAY = 0;
const SATURDAY = 6;
const EXPIRED = refuse(RETCODE.INVALID_EXPIRATION, 'The order has expired.');

/** What happens as time passes: orders expire, swaps are booked at the end of the trading day. */
export class ByTime {
  private rollover: Rollover | undefined;
  private readonly hasSwaps: boolean;

  constructor(private readonly floor: BrokerFloor) {
    this.hasSwaps = floor.config.instruments.some((instrument) => instrument.swapMode !== undefined);
  }

  /** Events carry the time at which they are told, which is never before what was told already. */
  pass(nowUs: number, events: BrokerEvent[]): void {
    const { clock } = this.floor;
    if (this.hasSwaps) {
      this.rollover ??= clock.nextRollover(nowUs);
      while (this.rollover.timeUs <= nowUs) {
        this.bookSwaps(this.rollover.weekday, nowUs, events);
        this.rollover = clock.nextRollover(this.rollover.timeUs);
      }
    }
    let dueUs = this.rollover?.timeUs ?? Infinity;
    for (const book of this.floor.books.values()) {
      if (book.pending.length > 0) dueUs = Math.min(dueUs, this.expire(book, nowUs, events));
    }
    this.floor.dueUs = dueUs;
  }

  /** Answers when the next order expires. */
  private expire(book: SymbolBook, nowUs: number, events: BrokerEvent[]): number {
    const expired = book.pending.filter((held) => held.dueUs <= nowUs);
    book.pending = book.pending.filter((held) => held.dueUs > nowUs);
    for (const held of expired) {
      this.floor.orders.end(book, held, { state: 'EXPIRED', reason: 'broker', refusal: EXPIRED }, nowUs, events);
    }
    if (expired.length > 0) book.settle();
    return Math.min(Infinity, ...book.pending.map((held) => held.dueUs));
  }

  private bookSwaps(weekday: number, nowUs: number, events: BrokerEvent[]): void {
    for (const book of this.floor.books.values()) {
      const nights = nightsOf(book.instrument.swapTripleWeekday, weekday);
      if (nights === 0) continue;
      for (const position of book.positions) this.bookSwap(book, position, nights, nowUs, events);
    }
  }

  private bookSwap(
    book: SymbolBook,
    position: BrokerPosition,
    nights: number,
    nowUs: number,
    events: BrokerEvent[],
  ): void {
    const { cash, deals } = this.floor;
    const { instrument } = book;
    const perLot = position.sign > 0 ? instrument.swapLong : instrument.swapShort;
    if (perLot === undefined || instrument.swapMode === undefined) return;
    const { lots } = cash.portfolio.position(position.key);
    const amount = new Decimal(perLot).mul(nights).mul(lots.abs());
    if (instrument.swapMode === 'cash') {
      const booked = cash.round(amount);
      if (!booked.isZero()) events.push(deals.move('swap', booked, `swap #${position.positionId}`, nowUs));
      return;
    }
    const rate = instrument.swapMode === 'points' ? cash.rate(instrument.profitCurrency) : undefined;
    const inAccount = rate ? amount.mul(tickValueOf(instrument)).mul(rate) : amount;
    position.swap = position.swap.plus(cash.round(inAccount));
  }
}

/** Where one rollover of the week counts three nights, those of the weekend count none. */
function nightsOf(tripleWeekday: number | undefined, weekday: number): number {
  if (tripleWeekday === undefined) return 1;
  if (weekday === SATURDAY || weekday === SUNDAY) return 0;
  return weekday === tripleWeekday ? 3 : 1;
}
