import { Decimal, tickValueOf } from '@trading/trading-market';
import type { BrokerEvent } from './broker-event';
import type { BrokerFloor } from './broker-floor';
import type { BrokerPosition } from './broker-position';
import type { Matching } from './matching';
import type { SymbolBook } from './symbol-book';

const ZERO = new Decimal(0);
/** Keeps the rounding of floating point on the careful side. */
const CAREFULLY = 1.001;

interface Open {
  readonly book: SymbolBook;
  readonly position: BrokerPosition;
  readonly gain: Decimal;
}

/** What the prices of a symbol were when the account was looked at, and what their moves may cost since. */
interface Exposure {
  readonly book: SymbolBook;
  readonly bid: number;
  readonly ask: number;
  /** Account currency per unit of price, all positions taken together as if none offset another. */
  readonly moneyPerPrice: number;
}

/** Closes positions while the equity is too small a part of the margin, the one with the largest loss first. */
export class StopOut {
  private readonly levelPct: number | undefined;
  /** As long as prices cannot have cost so much since, nobody needs to look again; NaN: look. */
  private headroom = NaN;
  private exposures: readonly Exposure[] = [];
  private lookedAt = 0;

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
    if (this.levelPct === undefined || this.isSafe()) return;
    while (this.floor.deals.openCount > 0) {
      const { equity, margin } = this.floor.cash.view();
      const floor = margin.mul(this.levelPct).div(100);
      if (margin.isZero() || equity.gte(floor)) {
        this.remember(equity.minus(floor));
        return;
      }
      const worst = this.worst(timeUs);
      if (!worst) return;
      const { book, position } = worst;
      const price = this.matching.marketPrice(book, position.sign > 0 ? 'SELL' : 'BUY');
      const tag = `[so ${equity.mul(100).div(margin).toFixed(2)}%]`;
      events.push(this.matching.closeAtBroker(book, position, { price, reason: 'stop_out', tag }, timeUs));
      book.settle();
    }
  }

  /** Money has moved otherwise than by prices, deals and cash movements, such as by gathered swaps. */
  forget(): void {
    this.headroom = NaN;
  }

  private get happened(): number {
    return this.floor.deals.deals.length + this.floor.deals.cashMovements.length;
  }

  /** The exact look is dear and almost always finds nothing. */
  private isSafe(): boolean {
    if (Number.isNaN(this.headroom) || this.lookedAt !== this.happened) return false;
    let cost = 0;
    for (const { book, bid, ask, moneyPerPrice } of this.exposures) {
      cost += moneyPerPrice * Math.max(Math.abs(book.bid - bid), Math.abs(book.ask - ask));
    }
    return cost * CAREFULLY < this.headroom;
  }

  private remember(headroom: Decimal): void {
    const held = [...this.floor.books.values()].filter(({ positions }) => positions.length > 0);
    // Where money is converted, quotes of other symbols count too.
    const isPlain = held.every(({ instrument }) => instrument.profitCurrency === this.floor.config.currency);
    this.headroom = isPlain ? headroom.toNumber() : NaN;
    this.lookedAt = this.happened;
    this.exposures = held.map((book) => ({ book, bid: book.bid, ask: book.ask, moneyPerPrice: this.perPrice(book) }));
  }

  private perPrice({ instrument, positions }: SymbolBook): number {
    const { portfolio } = this.floor.cash;
    const lots = positions.reduce((sum, { key }) => sum.plus(portfolio.position(key).lots.abs()), ZERO);
    return lots.mul(tickValueOf(instrument)).div(instrument.tickSize).toNumber();
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
