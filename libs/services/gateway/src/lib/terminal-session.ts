import { terminal, wire, type common, type gateway } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { answerForm, askTerminal } from './ask-terminal';
import { BarrierGate } from './barrier-gate';
import { EventKeeper } from './event-keeper';
import { FrameRelay } from './frame-relay';
import { FrameWorker } from './frame-worker';
import { countConflated } from './gateway-metrics';
import type { Greeting } from './handshake';
import { PeerFault } from './peer-fault';
import { ReliableSequence } from './reliable-sequence';
import { SessionReplaced, type SessionRecord } from './session-directory';
import { SessionPlace } from './session-place';
import type { SessionPorts } from './session-ports';
import { SessionSymbols } from './session-symbols';
import { requireJournal, SessionSync } from './session-sync';
import { SessionVoice } from './session-voice';
import { STAGE_PATIENCE_MS } from './stage-progress';
import type { TerminalLine } from './terminal-line';

/** Nothing got through for this long: the bus is slow. */
const SLOW_MS = 1_000;

/**
 * The live session of one account: takes what its terminal sends, in order, from its greeting until a newer session.
 */
export class TerminalSession {
  readonly accountId: string;
  readonly sessionId: string;
  readonly lockstep: boolean;
  readonly connectedUs = systemClock.nowUs();
  readonly sync: SessionSync;
  /** Called when a terminal that was here has reached its broker again. */
  onBrokerBack: () => void = () => undefined;
  /** The highest fencing epoch that the terminal's journal holds, or will when it has read its welcome. */
  epoch: number;
  private readonly symbols = new SessionSymbols();
  private readonly worker: FrameWorker;
  private opening: Promise<void> | undefined;
  private isWelcomed = false;
  private takesCommands = false;
  private state: terminal.TerminalState;
  private readonly place: SessionPlace;
  private readonly voice: SessionVoice;
  private readonly gate: BarrierGate;
  private readonly sequence: ReliableSequence;
  private readonly keeper: EventKeeper;

  constructor(
    readonly greeting: Greeting,
    readonly connection: TerminalLine,
    private readonly ports: SessionPorts,
  ) {
    const { hello } = greeting;
    const { config, logger, directory } = ports;
    this.accountId = greeting.account.accountId;
    this.sessionId = greeting.sessionId;
    this.lockstep = hello.caps.includes('lockstep');
    this.epoch = Math.max(hello.epoch, 1);
    this.state = { connected: hello.connected, tradeAllowed: hello.tradeAllowed };
    this.place = new SessionPlace(this.accountId, this.sessionId, hello.journalId, this.lockstep);
    this.sync = new SessionSync(this.accountId, hello, ports);
    this.keeper = new EventKeeper(directory, this.place, logger);
    this.sequence = new ReliableSequence(this.lockstep, this.keeper, (from, to) => this.lost(from, to));
    this.voice = new SessionVoice(this.place, this.subscribed(), ports.bus);
    const patienceMs = config.stagePatienceMs ?? STAGE_PATIENCE_MS;
    this.gate = new BarrierGate(ports.progress, this.accountId, this.sessionId, patienceMs, () =>
      this.beginAgain(`stages are away: ${ports.progress.missing(this.accountId, this.barrier).join(', ')}`),
    );
    const { place, voice, gate, sequence, symbols } = this;
    const [symbolOf, trades] = [symbols.ourName, symbols.has];
    const onTerminalState = (state: terminal.TerminalState) => this.changeState(state);
    const relay = new FrameRelay(
      { place, voice, gate, connection, hello, sequence, symbolOf, trades, onTerminalState },
      ports,
    );
    this.worker = new FrameWorker({
      connection,
      lockstep: this.lockstep,
      slowMs: config.slowBusMs ?? SLOW_MS,
      relay: (message) => relay.relay(message),
      announce: () => this.announce(),
      busStalledMs: (nowMs) => voice.stalledMs(nowMs),
      onConflated: (ticks) => countConflated(config.platform, ticks),
      onError: (error) => this.fail(error),
    });
  }

  /** The last barrier that the stages were told of. */
  get barrier(): number {
    return this.place.barrier;
  }

  /** Event time of the account. */
  get timeUs(): number {
    return this.place.timeUs;
  }

  listInstruments(): common.Instrument[] {
    return this.symbols.list();
  }

  instrument(symbol: string): common.Instrument | undefined {
    return this.symbols.get(symbol);
  }

  /** Our name of a symbol of the terminal. */
  readonly symbolOf = (brokerSymbol: string): string => this.symbols.ourName(brokerSymbol);

  /** Whether commands may be sent: the terminal is there and its symbols are known. */
  get isReady(): boolean {
    return this.takesCommands && this.connection.isOpen;
  }

  /** Whether the terminal is here and reaches its broker. */
  get isBrokerConnected(): boolean {
    return this.connection.isOpen && this.state.connected;
  }

  /**
   * Welcomes the terminal, learns its symbols, tells every stage where it starts, and lets its data in, once the
   * `older` session has said its last.
   */
  open(older: TerminalSession | undefined): Promise<void> {
    return (this.opening ??= this.begin(older));
  }

  /** Takes one message of the terminal, of about so many bytes; they are worked through in order. */
  receive(message: terminal.Envelope, bytes: number): void {
    if (!this.connection.isOpen) return;
    if (!this.isWelcomed) {
      this.connection.fail(new PeerFault('MESSAGE_UNEXPECTED', 'A message came before the welcome.'));
      return;
    }
    this.worker.push(message, bytes);
  }

  /** Ends the session for a newer one; resolves when nothing of it is on its way any more. */
  async retire(): Promise<void> {
    this.connection.send('bye', { code: 'superseded' });
    this.connection.close('superseded by a newer session');
    await this.finish();
  }

  /** Resolves when nothing of a session whose connection has ended is on its way any more, and its place is kept. */
  async finish(): Promise<void> {
    this.ports.progress.abandon(this.accountId, this.sessionId);
    await Promise.allSettled([this.opening]);
    await this.worker.finish();
    await this.keeper.flush();
  }

  describe(): gateway.TerminalSession {
    const { hello } = this.greeting;
    return {
      accountId: this.accountId,
      sessionId: this.sessionId,
      login: hello.login,
      server: hello.server,
      company: hello.company,
      platform: wire('PLATFORM', hello.platform),
      tradeMode: wire('TRADE_MODE', hello.tradeMode),
      connected: this.connection.isOpen,
      lockstep: this.lockstep,
      epoch: this.epoch,
      connectedUs: this.connectedUs,
      halted: this.ports.halts.has(this.accountId),
      gatewayId: this.ports.config.gatewayId,
      barrier: this.barrier,
      timeUs: this.timeUs,
      ticks: this.place.ticks,
      crossedTicks: this.place.crossed,
      ended: this.place.ended && this.worker.isStarted,
      brokerConnected: this.isBrokerConnected,
      tradeAllowed: this.connection.isOpen && this.state.tradeAllowed,
      syncing: this.sync.isSyncing,
      journalId: hello.journalId,
      eventSeq: this.lockstep ? 0 : this.sequence.lastSeq,
    };
  }

  /** Says how the terminal is, for whoever looks at it from elsewhere; nobody waits for that. */
  tellStateSoon(): void {
    this.tellState().catch((error: unknown) => {
      this.ports.logger.warn({ accountId: this.accountId, error: String(error) }, 'The state could not be told.');
    });
  }

  /** The account was compared with its broker: orders are taken again. */
  async endSync(): Promise<void> {
    await this.sync.end();
    this.tellStateSoon();
  }

  private async tellState(): Promise<void> {
    if (this.worker.isStarted) await this.voice.terminal(this.describe());
  }

  private async begin(older: TerminalSession | undefined): Promise<void> {
    const { directory, halts, fences, config, progress } = this.ports;
    await older?.retire();
    this.requireOpen();
    const durable = await directory.barrier(this.accountId);
    if (this.lockstep) await requireJournal(directory, this.record(), durable?.n ?? 0);
    else this.sequence.startAfter(await this.sync.begin());
    await Promise.all([halts.load(), fences.load()]);
    this.raiseEpoch(fences.of(this.accountId));
    await directory.enter(this.record());
    this.requireOpen();
    this.place.restore(durable);
    progress.begin(this.accountId, this.sessionId, this.subscribed());
    this.isWelcomed = true;
    this.connection.send('welcome', {
      mac: this.greeting.mac,
      hbMs: config.heartbeatMs,
      resumeFrom: this.sequence.lastSeq,
      resumeBarrier: this.barrier,
      epoch: this.epoch,
      subscribe: [...config.subscriptions],
      ...(this.sync.isSyncing && { fullSync: true }),
    } satisfies terminal.Welcome);
    const form = answerForm('symbols', terminal.symbolsSchema);
    const { instruments } = await askTerminal(this.connection, 'symbol.get', {}, form, config.commandTimeoutMs);
    this.symbols.learn(instruments);
    this.takesCommands = true;
    await this.announce();
    this.worker.start();
  }

  /** The fence that the terminal's journal holds now. */
  raiseEpoch(epoch: number): void {
    this.epoch = Math.max(this.epoch, epoch);
  }

  private requireOpen(): void {
    if (!this.connection.isOpen) throw new SessionReplaced(this.sessionId);
  }

  private record(): SessionRecord {
    const { login, server, journalId } = this.greeting.hello;
    const { accountId, sessionId, epoch, connectedUs } = this;
    const { gatewayId } = this.ports.config;
    return { accountId, sessionId, gatewayId, login, server, journalId, epoch, connectedUs };
  }

  private async announce(): Promise<void> {
    const { accountId, sessionId } = this;
    await this.voice.begin(this.describe(), this.symbols.list());
    this.ports.logger.info({ accountId, sessionId, resumeFrom: this.barrier }, 'A session begins.');
  }

  /** Symbols whose partitions carry marks: those that somebody subscribed to. */
  private subscribed(): readonly string[] {
    return [...new Set(this.ports.config.subscriptions.map((s) => s.symbol))];
  }

  /**
   * Has every stage begin again: in simulated time the terminal goes back to the last barrier that all of them kept;
   * otherwise the session is announced once more, in its place among what the terminal says.
   */
  beginAgain(reason: string): void {
    if (!this.connection.isOpen) return; // It is on its way to do so.
    const { accountId, sessionId } = this;
    this.ports.logger.warn({ accountId, sessionId, reason }, 'The session begins again.');
    if (this.place.hasBarriers) {
      this.connection.close(reason);
      return;
    }
    this.worker.announceAgain();
  }

  private fail(error: unknown): void {
    const { accountId } = this;
    this.ports.logger.error({ accountId, error: String(error) }, 'A message of the terminal could not be relayed.');
    this.connection.close('a message could not be relayed');
  }

  /** Reliable events of the terminal are missing: nothing is sent to it until its account was compared. */
  private async lost(from: number, to: number): Promise<void> {
    await this.sync.start(`the events from ${from} to ${to} are lost`);
    await this.tellState();
  }

  private async changeState(state: terminal.TerminalState): Promise<void> {
    const { connected, tradeAllowed } = this.state;
    this.state = state;
    if (connected === state.connected && tradeAllowed === state.tradeAllowed) return;
    this.ports.logger.warn({ accountId: this.accountId, ...state }, "The terminal's own connection has changed.");
    await this.tellState();
    if (!connected && state.connected) this.onBrokerBack();
  }

  /**
   * Lets simulated time go on without stages that are away, each barrier after a short wait: what an operator closes
   * must fill although a service is dead. Until the next session nothing is a checkpoint that a stage has missed.
   */
  releaseBarriers(): void {
    this.gate.release();
  }
}
