import type { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { BrokerOrder } from './broker-order';
import type { Retcode } from './retcode';

/** The account marked to the last quotes, in its currency. */
export interface AccountView {
  readonly currency: string;
  readonly leverage: number;
  readonly balance: Decimal;
  readonly equity: Decimal;
  readonly margin: Decimal;
  readonly freeMargin: Decimal;
}

export interface BrokerPositionView {
  readonly positionId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: Decimal;
  /** Volume-weighted price of the entries. */
  readonly openPrice: Decimal;
  readonly stopLoss?: Decimal;
  readonly takeProfit?: Decimal;
  /** Unrealised, account currency. */
  readonly profit: Decimal;
  readonly magic: string;
  readonly tag: string;
  readonly openedUs: number;
}

/** An order that waits for its first quote. */
export interface WorkingOrderView {
  readonly orderTicket: string;
  readonly order: BrokerOrder;
  readonly submittedUs: number;
}

export type StopsOutcome =
  { readonly kind: 'set' } | { readonly kind: 'rejected'; readonly retcode: Retcode; readonly message: string };
