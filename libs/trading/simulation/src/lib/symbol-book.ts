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
  /** Quotes strictly between these meet no price of an order or a stop. */
  private bidFrom = -Infinity;
  private bidTo = Infinity;
  private askFrom = -Infinity;
  private askTo = Infinity;

  constructor(readonly instrument: Instrument) {}

  get hasQuote(): boolean {
    return !Number.isNaN(this.bid);
  }

  /** Whether a quote does nothing here: most of them, so that this is all that they cost. */
  isIndifferent(bid: number, ask: number): boolean {
    return this.isQuiet || (bid > this.bidFrom && bid < this.bidTo && ask > this.askFrom && ask < this.askTo);
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
    const guarded = this.positions.filter((position) => position.levels !== NO_STOPS);
    this.isQuiet = this.waiting.length === 0 && this.pending.length === 0 && guarded.length === 0;
    // An order that waits for the market is met by any quote.
    this.bidFrom = this.waiting.length === 0 ? -Infinity : Infinity;
    this.bidTo = Infinity;
    this.askFrom = -Infinity;
    this.askTo = Infinity;
    for (const { sign, levels } of guarded) {
      this.watch(sign > 0 ? 'bid' : 'ask', sign > 0 ? 'down' : 'up', levels.stopLossAt);
      this.watch(sign > 0 ? 'bid' : 'ask', sign > 0 ? 'up' : 'down', levels.takeProfitAt);
    }
    for (const { order, at } of this.pending) {
      const isBuy = order.side === 'BUY';
      this.watch(isBuy ? 'ask' : 'bid', isBuy === (order.type === 'LIMIT') ? 'down' : 'up', at);
    }
  }

  /** @param at NaN: nothing is there */
  private watch(price: 'bid' | 'ask', way: 'up' | 'down', at: number): void {
    if (Number.isNaN(at)) return;
    if (price === 'bid' && way === 'down') this.bidFrom = Math.max(this.bidFrom, at);
    else if (price === 'bid') this.bidTo = Math.min(this.bidTo, at);
    else if (way === 'down') this.askFrom = Math.max(this.askFrom, at);
    else this.askTo = Math.min(this.askTo, at);
  }
}
