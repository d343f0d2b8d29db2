import { Decimal } from '@trading/trading-market';
import { NO_STOPS, type StopLevels } from './stop-levels';

const ZERO = new Decimal(0);

/** An open position at the broker: what is to be said of it beyond its lots and price, which the books have. */
export class BrokerPosition {
  levels: StopLevels = NO_STOPS;
  sign: -1 | 1 = 1;
  /** Gathered at rollovers, account currency; paid as it closes. */
  swap = ZERO;

  /** @param key its key in the books */
  constructor(
    readonly positionId: string,
    readonly key: string,
    readonly magic: string,
    readonly tag: string,
  ) {}
}
