import type { gateway, market, risk } from '@trading/contracts';
import type { InputOf } from '@trading/platform-barrier';
import type { AlertSink } from '@trading/platform-alerting';
import type { CheckpointStore } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { EventBus } from '@trading/platform-messaging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import type { AccountLeases } from './account-lease';
import type { OrderStore } from './order-store';
import type { ReconciliationPort } from './reconciliation-port';
import type { TerminalDoor } from './terminal-door';

/** What an account's sources say. */
export type ExecutionInput =
  | InputOf<NonNullable<market.MarketTickEvent['body']>>
  | { readonly $case: 'trade'; readonly value: gateway.TradeEvent }
  | { readonly $case: 'account'; readonly value: gateway.AccountEvent };

/** What the stages of execution reach. */
export interface ExecutionPorts {
  readonly bus: EventBus;
  readonly store: OrderStore;
  readonly checkpoints: CheckpointStore;
  readonly timeSeries: TimeSeriesStore;
  readonly gateway: gateway.GatewayService;
  readonly riskManager: risk.RiskManagerService;
  readonly alerts: AlertSink;
  readonly logger: Logger;
  readonly runId: string;
  /** Absent: books are not compared with the broker. */
  readonly reconciliation?: ReconciliationPort | undefined;
  readonly leases: AccountLeases;
  readonly door: TerminalDoor;
  /** How long a position may be without its stops where the broker takes them only after the entry. */
  readonly protectWithinMs: number;
  /** Accounts in which humans may trade beside us. */
  readonly adopts: (accountId: string) => boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
}
