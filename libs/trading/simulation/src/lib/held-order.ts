import { Decimal } from '@trading/trading-market';
import type { Actor } from './broker-event';
import type { BrokerOrder } from './broker-order';

const ZERO = new Decimal(0);

/** An order in the broker's hands: it waits for a quote to fill at the market, or for its price. */
export class HeldOrder {
  filledLots = ZERO;
  /** It rests: it was placed as a pending order, or a part of it has filled. */
  isResting = false;
  /** The price of a pending order as a number, for the comparison with quotes. */
  at = NaN;
  /** Its price was met before it could fill: whatever came then, the price did not stop there for it. */
  isGapped = false;
  /** When it expires; Infinity: never. */
  dueUs = Infinity;

  constructor(
    readonly orderTicket: string,
    public order: BrokerOrder,
    readonly by: Actor,
    readonly submittedUs: number,
    readonly eligibleUs: number,
  ) {}

  /** Sets what a pending order waits for. */
  wait(order: BrokerOrder, dueUs: number): void {
    this.order = order;
    this.at = Number(order.price);
    this.dueUs = dueUs;
  }

  get remainingLots(): Decimal {
    return new Decimal(this.order.volumeLots).minus(this.filledLots);
  }

  /** The order of what is left. */
  get rest(): BrokerOrder {
    return this.filledLots.isZero() ? this.order : { ...this.order, volumeLots: this.remainingLots.toFixed() };
  }
}
