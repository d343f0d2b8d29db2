import { Decimal, type Instrument } from '@trading/trading-market';
import type { BrokerPosition } from './broker-position';
import type { HeldOrder } from './held-order';
import { NO_STOPS } from './stop-levels';

/** One symbol at the broker: its last quote that was not crossed, the orders held, the open positions. */
export class SymbolBook {
  bid = NaN;
  ask = NaN;
  /** Orders to be filled at the market. */
  waiting: HeldOrder[] = [];
  /** Limit, stop and stop-limit orders. */
  pending: HeldOrder[] = [];
  /** In the order in which they were opened; a netting account has at most one. */
  positions: BrokerPosition[] = [];
  /** No order is held and no stop: a quote can do nothing. */
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

  positionOf(positionId: string | undefined): BrokerPosition | undefined {
    return this.positions.find((position) => position.positionId === positionId);
  }

  /** To be called after orders or stops changed. */
  settle(): void {
    this.isQuiet =
      this.waiting.length === 0 &&
      this.pending.length === 0 &&
      this.positions.every((position) => position.levels === NO_STOPS);
  }
}
