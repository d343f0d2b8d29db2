import type { Decimal } from '@trading/trading-market';
import type { LossAction, LossAnchor } from './limits';

/** Where one loss limit stands now. Money in the account's currency. */
export interface LossLimitStatus {
  readonly name: string;
  readonly anchor: LossAnchor;
  readonly action: LossAction;
  readonly anchorValue: Decimal;
  /** Equity below it is a breach. */
  readonly floor: Decimal;
  /** Orders are denied when their worst case is below floor plus buffer. */
  readonly buffer: Decimal;
  /** When the anchor or the breach starts anew; `undefined`: never. */
  readonly resetsUs: number | undefined;
  readonly breached: boolean;
}
