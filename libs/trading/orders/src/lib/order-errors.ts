import type { OrderState } from './order';
import type { OrderEventKind } from './order-events';

/** An event that an order cannot take; the order stays as it was. */
export abstract class OrderError extends Error {
  abstract readonly code: string;
}

export class InvalidTransition extends OrderError {
  readonly code = 'INVALID_TRANSITION';
  override readonly name = 'InvalidTransition';

  /** @param from undefined: there is no order yet */
  constructor(
    readonly coid: string,
    readonly from: OrderState | undefined,
    readonly event: OrderEventKind,
    detail = '',
  ) {
    super(
      from === undefined
        ? `An order begins with INITIALIZED, not with ${event}.`
        : `Order ${coid} is ${from} and cannot take ${event}${detail === '' ? '' : ` (${detail})`}.`,
    );
  }
}

export class DuplicateFill extends OrderError {
  readonly code = 'DUPLICATE_FILL';
  override readonly name = 'DuplicateFill';

  constructor(
    readonly coid: string,
    readonly fillId: string,
  ) {
    super(`Fill ${fillId} of order ${coid} is booked already.`);
  }
}

export class Overfill extends OrderError {
  readonly code = 'OVERFILL';
  override readonly name = 'Overfill';

  /** Volumes in lots. */
  constructor(
    readonly coid: string,
    readonly orderedLots: string,
    readonly filledLots: string,
  ) {
    super(`Fills of order ${coid} would come to ${filledLots} lots; ${orderedLots} were ordered.`);
  }
}

export class InvalidFill extends OrderError {
  readonly code = 'INVALID_FILL';
  override readonly name = 'InvalidFill';

  constructor(
    readonly coid: string,
    readonly fillId: string,
  ) {
    super(`Fill ${fillId} of order ${coid} needs a volume and a price above 0.`);
  }
}
