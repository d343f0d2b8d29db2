import type { Logger } from '@trading/platform-logging';
import type { EventBus } from '@trading/platform-messaging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import type { TraceMap } from '@trading/platform-tracing';
import type { Fences } from './fences';
import type { GatewayAlerts } from './gateway-alerts';
import type { GatewayConfig } from './gateway-config';
import type { HaltFlags } from './halt-flags';
import type { PaperStore } from './paper-store';
import type { QuoteBoard } from './quote-board';
import type { SessionDirectory } from './session-directory';
import type { StageListener } from './stage-listener';
import type { StageProgress } from './stage-progress';

/** What the sessions of a gateway work with, all of them the same. */
export interface SessionPorts {
  readonly stages: StageListener;
  readonly bus: EventBus;
  readonly timeSeries: TimeSeriesStore;
  readonly directory: SessionDirectory;
  /** Shows the latest quotes of live sessions. */
  readonly quotes: QuoteBoard;
  readonly progress: StageProgress;
  readonly halts: HaltFlags;
  readonly alerts: GatewayAlerts;
  readonly fences: Fences;
  /** The traces of orders by client order id, for what terminals say of them later, also after a reconnect. */
  readonly orderTraces: TraceMap;
  /** What our own broker did for accounts on paper. */
  readonly paper: PaperStore;
  readonly config: GatewayConfig;
  readonly logger: Logger;
}
