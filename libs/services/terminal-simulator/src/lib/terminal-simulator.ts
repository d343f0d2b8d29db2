import { setTimeout as sleep } from 'node:timers/promises';
import { FileProblem } from '@trading/platform-files';
import type { Logger } from '@trading/platform-logging';
import { DataFileError } from '@trading/trading-market';
import type { terminal } from '@trading/contracts';
import { Backoff } from './backoff';
import { CommandDesk } from './command-desk';
import type { StopReason } from './exit';
import { ConnectionLost, GatewayConnection } from './gateway-connection';
import { HandshakeFailed, shakeHands } from './handshake';
import { Journal } from './journal';
import { LivePace } from './live-pace';
import { LiveSession } from './live-session';
import { LockstepSession } from './lockstep-session';
import { Pace } from './pace';
import { PlayedMarket } from './played-market';
import { brokerOf, feedsOf, inconvertible, symbolsOf } from './simulated-account';
import type { SimulatorConfig } from './simulator-config';
import { SimulatorError } from './simulator-errors';
import { readTerminalKey } from './terminal-key';
import type { SessionParts, TerminalSession } from './terminal-session';
import type { TradedSymbols } from './traded-symbols';

/** A terminal and its broker: connects, plays, and connects again, until it is told to stop or has no reason to go on. */
export class TerminalSimulator {
  private readonly backoff: Backoff;
  private readonly desk: CommandDesk;
  /** Without lockstep the market outlives a connection: no gateway says where to go back to. */
  private liveMarket: PlayedMarket | undefined;

  private constructor(
    private readonly config: SimulatorConfig,
    private readonly symbols: TradedSymbols,
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
    const symbols = symbolsOf(config);
    for (const feed of feedsOf(config, symbols)) {
      try {
        await feed.load();
      } finally {
        await feed.close();
      }
    }
    brokerOf(config, symbols);
    const fixed = inconvertible(config, symbols);
    if (fixed.length > 0) {
      logger.warn(
        { symbols: fixed, currency: config.currency },
        "Orders of these symbols will be refused: no pair that is played converts their profit to the account's currency.",
      );
    }
    // Barriers of simulated time and ticks of a live one number different things.
    const fingerprint = config.lockstep ? config.fingerprint : `${config.fingerprint} live`;
    return new TerminalSimulator(config, symbols, key, Journal.open(config.stateFolder, fingerprint), logger);
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
          if (session.isSuperseded) return 'superseded';
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
      await this.liveMarket?.close();
    }
  }

  /** One connection from dialling to its end. */
  private async connect(signal: AbortSignal): Promise<TerminalSession> {
    const { config, journal, logger } = this;
    const connection = await GatewayConnection.dial(config.gateway.host, config.gateway.port, signal);
    const stop = (): void => connection.close('this terminal stops');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    let market: PlayedMarket | undefined;
    try {
      const welcome = await shakeHands(connection, config, this.key, journal);
      this.backoff.reset();
      logger.info({ resumeBarrier: welcome.resumeBarrier, journalId: journal.journalId }, 'The gateway welcomes us.');
      market = await this.market();
      const session = this.session(connection, welcome, market);
      await session.run();
      if (market.skippedRows > 0) logger.warn({ rows: market.skippedRows }, 'Rows of the data could not be read.');
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
      if (config.lockstep) await market?.close();
    }
  }

  /** From the start of the data; without lockstep where it stands. */
  private async market(): Promise<PlayedMarket> {
    const { config, symbols, journal } = this;
    if (config.lockstep) return PlayedMarket.open(config, symbols, journal);
    return (this.liveMarket ??= await PlayedMarket.open(config, symbols, journal));
  }

  private session(connection: GatewayConnection, welcome: terminal.Welcome, market: PlayedMarket): TerminalSession {
    const { journal, desk, symbols, logger } = this;
    const { lockstep, speed, ticksPerFrame } = this.config;
    const { playback, log } = market;
    const parts: SessionParts = { connection, welcome, playback, journal, desk, symbols, logger };
    return lockstep
      ? new LockstepSession({ ...parts, pace: new Pace(speed, connection.ended) })
      : new LiveSession({ ...parts, pace: new LivePace(speed), log, ticksPerFrame });
  }
}

function reasonOf(ended: AbortSignal): string {
  return ended.reason instanceof Error ? ended.reason.message : 'it is closed';
}
