import type { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { LedgerEntry } from './ledger';
import type { PositionView } from './position';
import type { Trade } from './trade';

/** A deal at the broker, with its costs in the account's currency. */
export interface PortfolioFill {
  /** The broker's deal ticket: booked once. */
  readonly fillId: string;
  readonly coid: string;
  /** The position that it opens, enlarges or closes. Books of a hedging account need it, others pass it over. */
  readonly positionId?: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: Decimal;
  readonly price: Decimal;
  /** Negative when paid. */
  readonly commission: Decimal;
  /** Negative when paid. */
  readonly swap: Decimal;
  readonly timeUs: number;
  /** Why it happened, such as `signal`, `stop-loss`; becomes the exit reason of the trades it closes. */
  readonly reason: string;
}

/** What a fill did. */
export interface FillEffect {
  readonly position: PositionView;
  /** Account currency, before commission and swap. */
  readonly realised: Decimal;
  readonly closedLots: Decimal;
  /** The round trip that the fill closed, if any. */
  readonly trades: readonly Trade[];
  readonly ledger: readonly LedgerEntry[];
}
