import { BrokerCash } from './broker-cash';
import type { BrokerConfig } from './broker-config';
import { checkedConfig } from './checked-config';
import { DealDesk } from './deal-desk';
import { FillChecks } from './fill-checks';
import { OrderDesk } from './order-desk';
import { SymbolBook } from './symbol-book';
import { TradingClock } from './trading-clock';

/** What the parts of the broker share: the books of the symbols, the desks, the cash, the time of its server. */
export class BrokerFloor {
  readonly books: ReadonlyMap<string, SymbolBook>;
  readonly cash: BrokerCash;
  readonly deals: DealDesk;
  readonly orders = new OrderDesk();
  readonly checks: FillChecks;
  readonly clock: TradingClock;
  /** Something is due by time then: an expiry or a rollover. */
  dueUs: number;

  /** @throws SimulationConfigInvalid */
  constructor(readonly config: BrokerConfig) {
    checkedConfig(config);
    this.books = new Map(config.instruments.map((instrument) => [instrument.symbol, new SymbolBook(instrument)]));
    this.cash = new BrokerCash(config, this.books);
    this.deals = new DealDesk(this.cash);
    this.checks = new FillChecks(config, this.cash, this.deals);
    this.clock = new TradingClock(config.zone, config.rolloverMinute);
    // The first time that comes tells which rollover is the first.
    this.dueUs = config.instruments.some((instrument) => instrument.swapMode !== undefined) ? -Infinity : Infinity;
  }

  isOpen(book: SymbolBook, timeUs: number): boolean {
    return !book.isClosed && this.clock.isOpen(book.instrument, timeUs);
  }
}
