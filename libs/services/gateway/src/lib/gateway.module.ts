import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { gateway } from '@trading/contracts';
import { ALERTS, type AlertSink } from '@trading/platform-alerting';
import { CACHE, type Cache } from '@trading/platform-cache';
import { ShutdownHooks, type ServiceDefinition } from '@trading/platform-bootstrap';
import { DATABASE, type Database } from '@trading/platform-database';
import { ServiceProbes } from '@trading/platform-health';
import { LOGGER, type Logger } from '@trading/platform-logging';
import { EVENT_BUS, type EventBus } from '@trading/platform-messaging';
import { TIME_SERIES, type TimeSeriesStore } from '@trading/platform-timeseries';
import { TraceMap } from '@trading/platform-tracing';
import { ApprovalVerifier } from './approval-verifier';
import { CommandSender } from './command-sender';
import { Fences } from './fences';
import { Fencing } from './fencing';
import { FlattenRequests } from './flatten-requests';
import { Flattener } from './flattener';
import { GatewayAlerts } from './gateway-alerts';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config';
import { GatewayController } from './gateway-controller';
import { GatewayUseCases } from './gateway-service';
import { HaltFlags } from './halt-flags';
import { PaperStore } from './paper-store';
import { SessionDirectory } from './session-directory';
import { QuoteBoard } from './quote-board';
import { StageListener } from './stage-listener';
import { StageProgress } from './stage-progress';
import { TerminalReader } from './terminal-reader';
import { TerminalServer } from './terminal-server';
import type { TerminalSession } from './terminal-session';

/** A barrier that stages keep open for longer is worth a complaint. */
const LATE_STAGE_MS = 30_000;

/** Opens the gateway's doors in their order: flags, then terminals. */
@Injectable()
export class GatewayLifecycle implements OnApplicationBootstrap {
  /** The port that terminals dial, once it is open. */
  terminalPort = 0;

  constructor(
    private readonly server: TerminalServer,
    private readonly halts: HaltFlags,
    private readonly progress: StageProgress,
    private readonly hooks: ShutdownHooks,
    private readonly probes: ServiceProbes,
    private readonly stages: StageListener,
    private readonly quotes: QuoteBoard,
    private readonly fences: Fences,
    private readonly fencing: Fencing,
    private readonly flattener: Flattener,
    private readonly alerts: GatewayAlerts,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.probes.add({ name: 'database', kind: 'ready', check: () => this.database.ping() });
    this.probes.add({ name: 'terminal', kind: 'degraded', check: () => this.requireTerminal() });
    this.probes.add({ name: 'stages', kind: 'degraded', check: () => this.requireStages() });
    this.probes.add({ name: 'broker-time', kind: 'degraded', check: () => this.requireZones() });
    this.hooks.add('consumers', 'terminal sessions', () => this.server.close());
    this.hooks.add('consumers', 'progress of stages', () => this.stages.stop());
    this.hooks.add('consumers', 'quote board', () => this.quotes.close());
    this.hooks.add('consumers', 'waiting flattens', () => this.flattener.close());
    this.hooks.add('consumers', 'alerts', () => this.alerts.close());
    await Promise.all([this.halts.load(), this.fences.load()]);
    this.server.onReady = (session) => {
      void this.catchUp(session);
    };
    this.stages.onRejoin = (accountId, reason) => this.server.beginAgain(accountId, reason);
    this.terminalPort = await this.server.listen();
  }

  private async catchUp(session: TerminalSession): Promise<void> {
    await this.fencing.catchUp(session);
    await this.flattener.carryOutPending(session);
  }

  private requireStages(): void {
    const late = this.progress.late(LATE_STAGE_MS);
    if (late.length > 0) throw new Error(`simulated time waits for ${late.join(', ')}`);
  }

  private requireZones(): void {
    const { warnings } = this.server;
    if (warnings.length > 0) throw new Error(warnings.join('; '));
  }

  private requireTerminal(): void {
    const offline = this.config.accounts.filter(({ accountId }) => this.server.session(accountId) === undefined);
    if (offline.length > 0)
      throw new Error(`no terminal of ${offline.map((a) => a.accountId).join(', ')} is connected`);
  }
}

@Module({
  controllers: [GatewayController],
  providers: [
    GatewayLifecycle,
    {
      provide: SessionDirectory,
      inject: [DATABASE],
      useFactory: (database: Database) => new SessionDirectory(database),
    },
    {
      provide: PaperStore,
      inject: [DATABASE],
      useFactory: (database: Database) => new PaperStore(database),
    },
    { provide: GatewayAlerts, inject: [ALERTS], useFactory: (alerts: AlertSink) => new GatewayAlerts(alerts) },
    {
      provide: HaltFlags,
      inject: [SessionDirectory, GatewayAlerts],
      useFactory: (directory: SessionDirectory, alerts: GatewayAlerts) => new HaltFlags(directory, alerts),
    },
    {
      provide: StageProgress,
      inject: [GATEWAY_CONFIG],
      useFactory: (config: GatewayConfig) => new StageProgress(config.stages, config.stagePatienceMs),
    },
    {
      provide: QuoteBoard,
      inject: [CACHE],
      useFactory: (cache: Cache) => new QuoteBoard(cache),
    },
    {
      provide: StageListener,
      inject: [EVENT_BUS, StageProgress, GATEWAY_CONFIG],
      useFactory: (bus: EventBus, progress: StageProgress, config: GatewayConfig) =>
        new StageListener(bus, progress, config.gatewayId),
    },
    {
      provide: Fences,
      inject: [SessionDirectory],
      useFactory: (directory: SessionDirectory) => new Fences(directory),
    },
    { provide: TraceMap, useFactory: () => new TraceMap() },
    {
      provide: TerminalServer,
      inject: [
        StageListener,
        QuoteBoard,
        EVENT_BUS,
        TIME_SERIES,
        SessionDirectory,
        StageProgress,
        HaltFlags,
        GatewayAlerts,
        Fences,
        TraceMap,
        PaperStore,
        GATEWAY_CONFIG,
        LOGGER,
      ],
      useFactory: (
        stages: StageListener,
        quotes: QuoteBoard,
        bus: EventBus,
        timeSeries: TimeSeriesStore,
        directory: SessionDirectory,
        progress: StageProgress,
        halts: HaltFlags,
        alerts: GatewayAlerts,
        fences: Fences,
        orderTraces: TraceMap,
        paper: PaperStore,
        config: GatewayConfig,
        logger: Logger,
      ) =>
        new TerminalServer({
          stages,
          quotes,
          bus,
          timeSeries,
          directory,
          progress,
          halts,
          alerts,
          fences,
          orderTraces,
          paper,
          config,
          logger,
        }),
    },
    {
      provide: CommandSender,
      inject: [Fences, TraceMap, GATEWAY_CONFIG],
      useFactory: (fences: Fences, orderTraces: TraceMap, config: GatewayConfig) => {
        const { approvalKeys, commandTimeoutMs, platform } = config;
        return new CommandSender(new ApprovalVerifier(approvalKeys), fences, orderTraces, commandTimeoutMs, platform);
      },
    },
    {
      provide: TerminalReader,
      inject: [GATEWAY_CONFIG],
      useFactory: (config: GatewayConfig) => new TerminalReader(config.commandTimeoutMs),
    },
    {
      provide: Fencing,
      inject: [Fences, TerminalServer, GATEWAY_CONFIG, LOGGER],
      useFactory: (fences: Fences, server: TerminalServer, config: GatewayConfig, logger: Logger) =>
        new Fencing(fences, server, config, logger),
    },
    {
      provide: Flattener,
      inject: [TerminalServer, CommandSender, TerminalReader, HaltFlags, DATABASE, LOGGER],
      useFactory: (
        server: TerminalServer,
        sender: CommandSender,
        reader: TerminalReader,
        halts: HaltFlags,
        database: Database,
        logger: Logger,
      ) => new Flattener(server, sender, reader, halts, new FlattenRequests(database), logger),
    },
    {
      provide: GatewayUseCases,
      inject: [TerminalServer, CommandSender, TerminalReader, Fencing, Flattener, HaltFlags, GATEWAY_CONFIG, LOGGER],
      useFactory: (
        server: TerminalServer,
        sender: CommandSender,
        reader: TerminalReader,
        fencing: Fencing,
        flattener: Flattener,
        halts: HaltFlags,
        config: GatewayConfig,
        logger: Logger,
      ) => new GatewayUseCases({ server, sender, reader, fencing, flattener, halts, config, logger }),
    },
  ],
})
export class GatewayModule {}

const gatewayService = (name: string): ServiceDefinition => ({
  name,
  module: GatewayModule,
  grpc: [gateway.GatewayServiceService],
});

/** The gateways as processes start them: one program, a platform each. */
export const MT4_GATEWAY_SERVICE = gatewayService('mt4-gateway');
export const MT5_GATEWAY_SERVICE = gatewayService('mt5-gateway');
