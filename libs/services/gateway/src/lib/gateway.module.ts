import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { gateway } from '@trading/contracts';
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
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config';
import { GatewayController } from './gateway-controller';
import { GatewayUseCases } from './gateway-service';
import { HaltFlags } from './halt-flags';
import { SessionDirectory } from './session-directory';
import { QuoteBoard } from './quote-board';
import { StageListener } from './stage-listener';
import { StageProgress } from './stage-progress';
import { TerminalServer } from './terminal-server';

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
    await this.halts.load();
    this.stages.onRejoin = (accountId, reason) => this.server.beginAgain(accountId, reason);
    this.terminalPort = await this.server.listen();
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
      provide: HaltFlags,
      inject: [SessionDirectory],
      useFactory: (directory: SessionDirectory) => new HaltFlags(directory),
    },
    {
      provide: StageProgress,
      inject: [GATEWAY_CONFIG],
      useFactory: (config: GatewayConfig) => new StageProgress(config.stages),
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
        TraceMap,
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
        orderTraces: TraceMap,
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
          orderTraces,
          config,
          logger,
        }),
    },
    {
      provide: GatewayUseCases,
      inject: [TerminalServer, HaltFlags, TraceMap, GATEWAY_CONFIG, LOGGER],
      useFactory: (
        server: TerminalServer,
        halts: HaltFlags,
        orderTraces: TraceMap,
        config: GatewayConfig,
        logger: Logger,
      ) => {
        const verifier = new ApprovalVerifier(config.approvalKeys);
        const sender = new CommandSender(verifier, orderTraces, config.commandTimeoutMs);
        return new GatewayUseCases(server, sender, halts, config, logger);
      },
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
