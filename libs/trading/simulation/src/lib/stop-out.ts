import { Decimal } from '@trading/trading-market';
import type { BrokerEvent } from './broker-event';
import type { BrokerFloor } from './broker-floor';
import type { BrokerPosition } from './broker-position';
import type { Matching } from './matching';
import type { SymbolBook } from './symbol-book';

const ZERO = new Decimal(0);

interface Open {
  readonly book: SymbolBook;
  readonly position: BrokerPosition;
  readonly gain: Decimal;
}

/** Closes positions while the equity is too small a part of the margin, the one with the largest loss first. */
export class StopOut {
  private readonly levelPct: number | undefined;

  constructor(
    private readonly floor: BrokerFloor,
    private readonly matching: Matching,
  ) {
    this.levelPct = floor.config.stopOutLevelPct;
  }

  /** Quotes must be looked at even where no order and no stop is held. */
  get isWatching(): boolean {
    return this.levelPct !== undefined && this.floor.deals.openCount > 0;
  }

  /** To be called after every quote; positions whose market is closed stay. */
  enforce(timeUs: number, events: BrokerEvent[]): void {
    if (this.levelPct === undefined) return;
    while (this.floor.deals.openCount > 0) {
      const { equity, margin } = this.floor.cash.view();
      if (margin.isZero() || equity.mul(100).gte(margin.mul(this.levelPct))) return;
      const worst = this.worst(timeUs);
      if (!worst) return;
      const { book, position } = worst;
      const price = this.matching.marketPrice(book, position.sign > 0 ? 'SELL' : 'BUY');
      const tag = `[so ${equity.mul(100).div(margin).toFixed(2)}%]`;
      events.push(this.matching.closeAtBroker(book, position, { price, reason: 'stop_out', tag }, timeUs));
      book.settle();
    }
  }

  private worst(timeUs: number): Open | undefined {
    const gains = this.floor.cash.unrealised();
    let worst: Open | undefined;
    for (const book of this.floor.books.values()) {
      if (book.positions.length === 0 || !this.floor.isOpen(book, timeUs)) continue;
      for (const position of book.positions) {
        const gain = (gains.get(position.key) ?? ZERO).plus(position.swap);
        if (!worst || gain.lt(worst.gain)) worst = { book, position, gain };
      }
    }
    return worst;
  }
}
