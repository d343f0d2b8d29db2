import { Decimal, type Instrument } from '@trading/trading-market';
import type { BrokerOrder } from './broker-order';
import { NO_STOPS, type StopLevels } from './stop-levels';

/** An order that the broker holds until the first quote at or after `eligibleUs`. */
export interface HeldOrder {
  readonly orderTicket: string;
  readonly order: BrokerOrder;
  readonly submittedUs: number;
  readonly eligibleUs: number;
}

/** What the broker says of an open position beyond its lots and price. */
export interface PositionTags {
  readonly positionId: string;
  readonly magic: string;
  readonly tag: string;
}

/** One symbol at the broker: its last quote that was not crossed, orders waiting, stops of its position. */
export class SymbolBook {
  bid = NaN;
  ask = NaN;
  waiting: HeldOrder[] = [];
  levels: StopLevels = NO_STOPS;
  tags: PositionTags | undefined;
  sign: -1 | 0 | 1 = 0;
  /** No order waits and no stop is held: a quote can do nothing. */
  isQuiet = true;
  /** No quote will come any more. */
  isClosed = false;

  constructor(readonly instrument: Instrument) {}

  get hasQuote(): boolean {
    return !Number.isNaN(this.bid);
  }

  /** A quote as the exact decimal that the feed wrote. */
  exact(price: number): Decimal {
    return new Decimal(price.toFixed(this.instrument.digits));
  }

  /** To be called after orders or stops changed. */
  settle(): void {
    this.isQuiet = this.waiting.length === 0 && (this.sign === 0 || this.levels === NO_STOPS);
  }
}
