import { setTimeout as sleep } from 'node:timers/promises';
import {
  DataFileError,
  parseZone,
  standardInstrument,
  type Instrument,
  type PathModel,
  type Timeframe,
} from '@trading/trading-market';
import { SimulatedBroker } from '@trading/trading-simulation';
import { FileProblem } from '@trading/platform-files';
import type { Logger } from '@trading/platform-logging';
import { Backoff } from './backoff';
import { CommandDesk } from './command-desk';
import type { StopReason } from './exit';
import { ConnectionLost, GatewayConnection } from './gateway-connection';
import { HandshakeFailed, shakeHands } from './handshake';
import { Journal } from './journal';
import { LockstepSession } from './lockstep-session';
import { Pace } from './pace';
import { Playback } from './playback';
import type { SimulatorConfig } from './simulator-config';
import { SimulatorError } from './simulator-errors';
import { readTerminalKey } from './terminal-key';
import { TickFeed } from './tick-feed';

/** A terminal and its broker: connects, plays, and connects again, until it is told to stop or has no reason to go on. */
export class TerminalSimulator {
  private readonly backoff: Backoff;
  private readonly desk: CommandDesk;

  private constructor(
    private readonly config: SimulatorConfig,
    private readonly instrument: Instrument,
    private readonly key: Buffer,
    private readonly journal: Journal,
    private readonly logger: Logger,
  ) {
    this.backoff = new Backoff(config.seed);
    this.desk = new CommandDesk(journal);
  }

  /**
   * Checks the key, the first rows of the data and the options, then opens the journal.
   * @throws SimulatorError, DataFileError, FileProblem, SimulationConfigInvalid
   */
  static async open(config: SimulatorConfig, logger: Logger): Promise<TerminalSimulator> {
    const key = readTerminalKey(config.keyFile);
    const instrument = instrumentOf(config);
    const feed = feedOf(config, instrument);
    try {
      await feed.load();
    } finally {
      await feed.close();
    }
    brokerOf(config, instrument);
    return new TerminalSimulator(config, instrument, key, Journal.open(config.stateFolder, config.fingerprint), logger);
  }

  /**
   * Works until `signal` aborts, a newer terminal takes over, or no gateway came for long.
   * @throws DataFileError, FileProblem, SimulatorError where the data or the gateway's barrier make going on impossible
   */
  async run(signal: AbortSignal): Promise<StopReason> {
    const { config, logger } = this;
    let heardMs = performance.now();
    try {
      while (!signal.aborted) {
        try {
          const session = await this.connect(signal);
          heardMs = performance.now();
          if (session?.isSuperseded === true) return 'superseded';
        } catch (error) {
          if (!(error instanceof ConnectionLost || error instanceof HandshakeFailed)) throw error;
          logger.debug({ code: error.code, reason: error.message }, 'There is no session with the gateway.');
          if (error instanceof HandshakeFailed) logger.warn({ code: error.code }, error.message);
        }
        if (performance.now() - heardMs > config.lonelyExitMinutes * 60_000) return 'lonely';
        await sleep(this.backoff.nextMs(), undefined, { signal }).catch(() => undefined);
      }
      return 'asked';
    } finally {
      this.journal.close();
    }
  }

  /** One connection from dialling to its end. */
  private async connect(signal: AbortSignal): Promise<LockstepSession | undefined> {
    const { config, instrument, journal, desk, logger } = this;
    const connection = await GatewayConnection.dial(config.gateway.host, config.gateway.port, signal);
    const stop = (): void => connection.close('this terminal stops');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const feed = feedOf(config, instrument);
    try {
      const welcome = await shakeHands(connection, config, this.key, journal);
      this.backoff.reset();
      logger.info({ resumeBarrier: welcome.resumeBarrier, journalId: journal.journalId }, 'The gateway welcomes us.');
      const playback = await Playback.open({
        instrument,
        feed,
        broker: brokerOf(config, instrument),
        commandsAt: (n) => journal.at(n),
        ticksPerFrame: config.ticksPerFrame,
      });
      const pace = new Pace(config.speed, connection.ended);
      const session = new LockstepSession({ connection, welcome, playback, journal, desk, pace, instrument, logger });
      await session.run();
      if (feed.skippedRows > 0) logger.warn({ rows: feed.skippedRows }, 'Rows of the data could not be read.');
      logger.info({ reason: reasonOf(connection.ended) }, 'The session with the gateway has ended.');
      return session;
    } catch (error) {
      if (error instanceof DataFileError || error instanceof FileProblem || error instanceof SimulatorError) {
        connection.send('log', { level: 'error', code: error.code, message: error.message });
        connection.send('bye', { code: 'failed' });
      }
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      connection.close('this terminal hangs up');
      await feed.close();
    }
  }
}

function instrumentOf({ symbol, instrument }: SimulatorConfig): Instrument {
  const given = Object.entries(instrument).filter(([, value]) => value !== undefined);
  return standardInstrument(symbol, Object.fromEntries(given));
}

function feedOf(config: SimulatorConfig, instrument: Instrument): TickFeed {
  const zone = config.zone === undefined ? undefined : parseZone(config.zone);
  return new TickFeed({
    files: config.files,
    onBadRow: config.onBadRow,
    instrument,
    path: config.path as PathModel,
    spreadPoints: config.spreadPoints,
    ...(zone && { zone }),
    ...(config.timeframe !== undefined && { timeframe: config.timeframe as Timeframe }),
  });
}

function brokerOf(config: SimulatorConfig, instrument: Instrument): SimulatedBroker {
  const { currency, leverage, deposit, commissionPerLot, slippagePoints, latencyUs, expiry } = config;
  return new SimulatedBroker({
    currency,
    leverage,
    deposit,
    instruments: [instrument],
    costs: { commissionPerLot },
    slippagePoints,
    latencyUs,
    expiry,
  });
}

function reasonOf(ended: AbortSignal): string {
  return ended.reason instanceof Error ? ended.reason.message : 'it is closed';
}
