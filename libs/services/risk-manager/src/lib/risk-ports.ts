import type { execution, gateway, market } from '@trading/contracts';
import type { AlertSink } from '@trading/platform-alerting';
import type { InputOf } from '@trading/platform-barrier';
import type { Cache } from '@trading/platform-cache';
import type { CheckpointStore } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { EventBus } from '@trading/platform-messaging';
import type { RiskManagerConfig } from './risk-config';
import type { RiskStore } from './risk-store';

/** What the stage of an account hears. */
export type RiskInputEvent =
  | InputOf<NonNullable<market.MarketTickEvent['body']>>
  | { readonly $case: 'account'; readonly value: gateway.AccountEvent }
  | InputOf<NonNullable<execution.OrderEventMessage['body']>>
  | InputOf<NonNullable<execution.PositionEventMessage['body']>>;

/** What risk-manager works with. */
export interface RiskPorts {
  readonly bus: EventBus;
  readonly store: RiskStore;
  readonly checkpoints: CheckpointStore;
  readonly cache: Cache;
  readonly alerts: AlertSink;
  readonly logger: Logger;
  readonly config: RiskManagerConfig;
}
