import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { gateway, risk } from '@trading/contracts';
import type { AlertSink } from '@trading/platform-alerting';
import type { CheckpointStore } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { EventBus } from '@trading/platform-messaging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import { AccountLeases } from './account-lease';
import { EntryProtection } from './entry-protection';
import type { ExecutionConfig } from './execution-config';
import type { ExecutionPorts } from './execution-ports';
import type { ExecutionClientMaker } from './forwarding';
import { Flattens } from './flatten-pursuit';
import { FlattenStore } from './flatten-store';
import { GroupCancels } from './group-cancels';
import { OrderCommands } from './order-commands';
import { OrderDesk } from './order-desk';
import { OrderFollowUps } from './order-follow-ups';
import type { OrderStore } from './order-store';
import { ReconcileSchedule } from './reconcile-schedule';
import type { ReconciliationPort } from './reconciliation-port';
import { OrderSubmission } from './submit-order';
import { TerminalDoor } from './terminal-door';
import { TrailingStops } from './trailing-stops';

const LEASE_MS = 10_000;
const PROTECT_WITHIN_MS = 5_000;
/** Between two moves of a stop that follows the price. */
const TRAIL_LEAST_MS = 1_000;

/** What execution needs of its surroundings. */
export interface ExecutionDependencies {
  readonly bus: EventBus;
  readonly store: OrderStore;
  readonly checkpoints: CheckpointStore;
  readonly timeSeries: TimeSeriesStore;
  readonly gateway: gateway.GatewayService;
  readonly riskManager: risk.RiskManagerService;
  readonly alerts: AlertSink;
  readonly logger: Logger;
  readonly config: ExecutionConfig;
  /** Absent: books are not compared with the broker. */
  readonly reconciliation?: ReconciliationPort | undefined;
  /** Absent: this process is the only one. */
  readonly peers?: ExecutionClientMaker | undefined;
  /** Absent: the process's own. */
  readonly monotonicMs?: () => number;
  /** Between two rounds of what is due now and then. 0: only when somebody calls for one. */
  readonly tickMs?: number;
}

/** What execution consists of, put together. */
export class ExecutionParts {
  readonly ports: ExecutionPorts;
  readonly submission: OrderSubmission;
  readonly desk: OrderDesk;
  readonly flattens: Flattens;
  readonly followUps: OrderFollowUps;
  readonly schedule: ReconcileSchedule | undefined;
  /** How this process is known to others. */
  readonly own: { readonly owner: string; readonly address: string };

  constructor(dependencies: ExecutionDependencies) {
    const { store, riskManager, alerts, logger, config, reconciliation } = dependencies;
    const { monotonicMs = () => performance.now() } = dependencies;
    this.own = { owner: `${hostname()}:${process.pid}:${randomUUID()}`, address: config.advertisedAddress ?? '' };
    const leaseOptions = { ...this.own, leaseMs: config.leaseMs ?? LEASE_MS, monotonicMs };
    const leases = new AccountLeases(store.database, leaseOptions, logger);
    const door = new TerminalDoor(dependencies.gateway);
    const adopted = new Set(config.adoptedAccounts);
    this.ports = {
      ...dependencies,
      runId: config.runId,
      leases,
      door,
      protectWithinMs: config.protectWithinMs ?? PROTECT_WITHIN_MS,
      adopts: (accountId) => adopted.has(accountId),
      monotonicMs,
    };
    this.submission = new OrderSubmission(store, door, riskManager, logger);
    const commands = new OrderCommands({ store, riskManager, door, logger });
    const { submission } = this;
    this.desk = new OrderDesk(commands, submission);
    const { gateway } = dependencies;
    const wanted = new FlattenStore(store.database);
    this.flattens = new Flattens({ wanted, commands, submission, gateway, riskManager, alerts, logger });
    const { flattens } = this;
    const groups = new GroupCancels({ store, commands, alerts, logger });
    const protection = new EntryProtection({ store, commands, submission, riskManager, logger });
    const trailing = new TrailingStops(commands, logger, monotonicMs, TRAIL_LEAST_MS);
    this.followUps = new OrderFollowUps({
      commands,
      submission,
      groups,
      flattens,
      protection,
      trailing,
      logger,
      monotonicMs,
    });
    this.schedule = reconciliation && new ReconcileSchedule(reconciliation, logger, monotonicMs);
  }
}
