import { setTimeout as sleep } from 'node:timers/promises';
import { FileProblem } from '@trading/platform-files';
import type { Logger } from '@trading/platform-logging';
import { DataFileError, parseZone } from '@trading/trading-market';
import type { terminal } from '@trading/contracts';
import { Backoff } from './backoff';
import { BrokerClock } from './broker-clock';
import { CommandDesk } from './command-desk';
import type { StopReason } from './exit';
import { FaultRecord } from './fault-record';
import { ConnectionLost, GatewayConnection, wallUs } from './gateway-connection';
import { HandshakeFailed, shakeHands, type JournalFacts, type TerminalIdentity } from './handshake';
import { Journal } from './journal';
import { LineFaults } from './line-faults';
import { LivePace } from './live-pace';
import { LiveSession } from './live-session';
import { LockstepSession } from './lockstep-session';
import { Pace } from './pace';
import { PlayedMarket } from './played-market';
import { brokerOf, feedsOf, inconvertible, marginModeOf, symbolsOf } from './simulated-account';
import type { SimulatorConfig } from './simulator-config';
import { SimulatorError } from './simulator-errors';
import { readTerminalKey } from './terminal-key';
import type { SessionParts, TerminalSession } from './terminal-session';
import type { TradedSymbols } from './traded-symbols';

/** A terminal and its broker: connects, plays, and connects again, until it is told to stop or has no reason to go on. */
export class TerminalSimulator {
  private readonly backoff: Backoff;
  private desk: CommandDesk;
  /** Without lockstep the market outlives a connection: no gateway says where to go back to. */
  private liveMarket: PlayedMarket | undefined;
  private readonly faults: LineFaults | undefined;
  /** Simulated time has no zone: what it says is UTC. */
  private readonly clock: BrokerClock | undefined;

  private constructor(
    private readonly config: SimulatorConfig,
    private readonly symbols: TradedSymbols,
    private readonly key: Buffer,
    private journal: Journal,
    private readonly record: FaultRecord,
    private readonly logger: Logger,
  ) {
    this.backoff = new Backoff(config.seed, config.reconnectMs);
    this.desk = new CommandDesk(journal);
    this.faults = config.faults.rules.length === 0 ? undefined : new LineFaults(config.faults, record);
    const zone = config.lockstep ? undefined : parseZone(config.brokerZone ?? '');
    this.clock = zone && new BrokerClock(zone, wallUs);
    if (this.faults) logger.info({ faults: config.faults }, 'Faults are played: this is their plan.');
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
    const journal = openJournal(config);
    try {
      const record = FaultRecord.open(config.stateFolder, config.faults);
      return new TerminalSimulator(config, symbols, key, journal, record, logger);
    } catch (error) {
      journal.close();
      throw error;
    }
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
          if (session.isSuperseded && this.faults?.restart === undefined) return 'superseded';
        } catch (error) {
          if (!(error instanceof ConnectionLost || error instanceof HandshakeFailed)) throw error;
          logger.debug({ code: error.code, reason: error.message }, 'There is no session with the gateway.');
          if (error instanceof HandshakeFailed) logger.warn({ code: error.code }, error.message);
        }
        if (this.faults?.restart !== undefined) await this.restart(this.faults);
        if (performance.now() - heardMs > config.lonelyExitMinutes * 60_000) return 'lonely';
        await sleep(this.backoff.nextMs(), undefined, { signal }).catch(() => undefined);
      }
      return 'asked';
    } finally {
      this.journal.close();
      this.record.close();
      await this.liveMarket?.close();
    }
  }

  /** Dies and comes back: everything but the files is gone. */
  private async restart(faults: LineFaults): Promise<void> {
    const isLost = faults.restart === 'lost';
    faults.restart = undefined;
    if (isLost) this.journal.lose(this.liveMarket?.playback.commandBarrier ?? 0);
    this.journal.close();
    await this.liveMarket?.close();
    this.liveMarket = undefined;
    this.journal = openJournal(this.config);
    this.desk = new CommandDesk(this.journal);
    this.logger.warn(
      { isLost, journalId: this.journal.journalId },
      'The terminal was restarted by the plan of faults.',
    );
  }

  /** One connection from dialling to its end. */
  private async connect(signal: AbortSignal): Promise<TerminalSession> {
    const { config, journal, logger } = this;
    // A live terminal knows what its journal makes of the market before it says hello.
    let market = config.lockstep ? undefined : await this.market(signal);
    const { host, port } = config.gateway;
    const connection = await GatewayConnection.dial(host, port, signal, {
      ...(this.faults && { faults: this.faults.connection() }),
      ...(this.clock && { clock: this.clock }),
    });
    const stop = (): void => connection.close('this terminal stops');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      const resume = market && { resume: market.log.range };
      const welcome = await shakeHands(connection, identityOf(config), this.key, { ...factsOf(journal), ...resume });
      this.backoff.reset();
      logger.info({ resumeBarrier: welcome.resumeBarrier, journalId: journal.journalId }, 'The gateway welcomes us.');
      market ??= await this.market(signal);
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

  /** From the start of the data; without lockstep where it stands, at least where the journal's last record is. */
  private async market(signal: AbortSignal): Promise<PlayedMarket> {
    const { config, symbols, journal } = this;
    if (config.lockstep) return PlayedMarket.open(config, symbols, journal);
    const market = (this.liveMarket ??= await PlayedMarket.open(config, symbols, journal));
    const { playback } = market;
    while (playback.n < journal.lastBarrier && !playback.isEnded && !signal.aborted) await playback.next();
    playback.answerAfterEnd();
    return market;
  }

  private session(connection: GatewayConnection, welcome: terminal.Welcome, market: PlayedMarket): TerminalSession {
    const { journal, desk, symbols, faults, logger } = this;
    const { lockstep, speed, ticksPerFrame } = this.config;
    const { playback, log } = market;
    const rates = (request: terminal.RatesGet) => market.rates(request);
    const parts: SessionParts = { connection, welcome, playback, journal, desk, symbols, rates, faults, logger };
    return lockstep
      ? new LockstepSession({ ...parts, pace: new Pace(speed, connection.ended) })
      : new LiveSession({ ...parts, pace: new LivePace(speed), log, ticksPerFrame });
  }
}

/** Barriers of simulated time and ticks of a live one number different things. */
function openJournal({ lockstep, fingerprint, stateFolder }: SimulatorConfig): Journal {
  return Journal.open(stateFolder, lockstep ? fingerprint : `${fingerprint} live`);
}

function identityOf(config: SimulatorConfig): TerminalIdentity {
  const saysBrokerTime = !config.lockstep && config.brokerZone !== undefined;
  return { ...config, marginMode: marginModeOf(config), saysBrokerTime };
}

function factsOf({ journalId, epoch }: Journal): JournalFacts {
  return { journalId, epoch };
}

function reasonOf(ended: AbortSignal): string {
  return ended.reason instanceof Error ? ended.reason.message : 'it is closed';
}
