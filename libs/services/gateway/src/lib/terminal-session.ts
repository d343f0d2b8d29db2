import { terminal, wire, type common, type gateway } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { runInTrace } from '@trading/platform-tracing';
import { BarrierGate } from './barrier-gate';
import { FrameRelay } from './frame-relay';
import { HandshakeRefused, type Greeting } from './handshake';
import { SessionReplaced, type SessionRecord } from './session-directory';
import { SessionPlace } from './session-place';
import type { SessionPorts } from './session-ports';
import { SessionVoice } from './session-voice';
import type { TerminalLine } from './terminal-line';
import { instrumentOf } from './wire';

/** A barrier that stays open for longer has lost a stage: the session begins again where all of them can. */
const STAGE_PATIENCE_MS = 10_000;
/** Frames that may wait before the terminal is asked to slow down. */
const INBOX_LIMIT = 1_000;

/**
 * The live session of one account: takes what its terminal sends, in order, from its greeting until a newer session.
 */
export class TerminalSession {
  readonly accountId: string;
  readonly sessionId: string;
  readonly lockstep: boolean;
  readonly connectedUs = systemClock.nowUs();
  private readonly instruments = new Map<string, common.Instrument>();
  private readonly ours = new Map<string, string>();
  private readonly inbox: terminal.Envelope[] = [];
  private opening: Promise<void> | undefined;
  private working: Promise<void> | undefined;
  private ready = false;
  private takesCommands = false;
  private readonly place: SessionPlace;
  private readonly voice: SessionVoice;
  private readonly gate: BarrierGate;
  private readonly relay: FrameRelay;
  private announcesAgain = false;

  constructor(
    readonly greeting: Greeting,
    readonly connection: TerminalLine,
    readonly epoch: number,
    private readonly ports: SessionPorts,
  ) {
    this.accountId = greeting.account.accountId;
    this.sessionId = greeting.sessionId;
    this.lockstep = greeting.hello.caps.includes('lockstep');
    const patienceMs = ports.config.stagePatienceMs ?? STAGE_PATIENCE_MS;
    this.place = new SessionPlace(this.accountId, this.sessionId, greeting.hello.journalId, this.lockstep);
    this.voice = new SessionVoice(this.place, this.symbols(), ports.bus);
    this.gate = new BarrierGate(ports.progress, this.accountId, this.sessionId, patienceMs, () =>
      this.beginAgain(`stages are away: ${ports.progress.missing(this.accountId, this.barrier).join(', ')}`),
    );
    const { place, voice, gate, symbolOf } = this;
    this.relay = new FrameRelay({ place, voice, gate, connection, hello: greeting.hello, symbolOf }, ports);
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
    return [...this.instruments.values()];
  }

  instrument(symbol: string): common.Instrument | undefined {
    return this.instruments.get(symbol);
  }

  /** Our name of a symbol of the terminal. */
  readonly symbolOf = (brokerSymbol: string): string => this.ours.get(brokerSymbol) ?? brokerSymbol;

  /** Whether commands may be sent: the terminal is there and its symbols are known. */
  get isReady(): boolean {
    return this.takesCommands && this.connection.isOpen;
  }

  /**
   * Welcomes the terminal, learns its symbols, tells every stage where it starts, and lets its data in, once the
   * `older` session has said its last.
   */
  open(older: TerminalSession | undefined): Promise<void> {
    return (this.opening ??= this.begin(older));
  }

  /** Takes one message of the terminal; they are worked through in order. */
  receive(message: terminal.Envelope): void {
    if (!this.connection.isOpen) return;
    this.inbox.push(message);
    if (this.inbox.length > INBOX_LIMIT) this.connection.pause();
    this.startWork();
  }

  /** Ends the session for a newer one; resolves when nothing of it is on its way any more. */
  async retire(): Promise<void> {
    this.connection.send('bye', { code: 'superseded' });
    this.connection.close('superseded by a newer session');
    await this.finish();
  }

  /** Resolves when nothing of a session whose connection has ended is on its way any more. */
  async finish(): Promise<void> {
    this.ports.progress.abandon(this.accountId, this.sessionId);
    await Promise.allSettled([this.opening, this.working]);
    await this.working;
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
      ended: this.place.ended && this.ready,
      brokerConnected: hello.connected,
      tradeAllowed: hello.tradeAllowed,
      syncing: false,
      journalId: hello.journalId,
    };
  }

  private async begin(older: TerminalSession | undefined): Promise<void> {
    const { directory, halts, config, progress } = this.ports;
    await older?.retire();
    this.requireOpen();
    const durable = await directory.barrier(this.accountId);
    await this.checkJournal(durable?.n ?? 0);
    await directory.enter(this.record());
    await halts.load();
    this.requireOpen();
    this.place.restore(durable);
    progress.begin(this.accountId, this.sessionId, this.symbols());
    this.connection.send('welcome', {
      mac: this.greeting.mac,
      hbMs: config.heartbeatMs,
      resumeFrom: this.relay.lastSeq,
      resumeBarrier: this.barrier,
      epoch: this.epoch,
      subscribe: [...config.subscriptions],
    } satisfies terminal.Welcome);
    const answer = await this.connection.request('symbol.get', {}, config.commandTimeoutMs);
    for (const w of terminal.symbolsSchema.parse(answer.d).instruments) {
      this.instruments.set(w.symbol, instrumentOf(w));
      this.ours.set(w.brokerSymbol, w.symbol);
    }
    this.takesCommands = true;
    await this.announce();
    this.ready = true;
    this.startWork();
  }

  private requireOpen(): void {
    if (!this.connection.isOpen) throw new SessionReplaced(this.sessionId);
  }

  /**
   * A terminal with another journal has forgotten what it was told. In simulated time it cannot be where the barrier
   * was; otherwise the account is held until an operator has compared its books with the broker's.
   */
  private async checkJournal(barrier: number): Promise<void> {
    const known = await this.ports.directory.journalOf(this.accountId);
    const { journalId } = this.greeting.hello;
    if (known === undefined || known === journalId) return;
    const sentence = `The terminal's journal is ${journalId}; the account's was ${known}.`;
    if (!this.lockstep) await this.ports.halts.set(this.accountId, sentence);
    else if (barrier > 0) throw new HandshakeRefused('JOURNAL_CHANGED', sentence);
  }

  private record(): SessionRecord {
    const { login, server, journalId } = this.greeting.hello;
    const { accountId, sessionId, epoch, connectedUs } = this;
    return {
      accountId,
      sessionId,
      gatewayId: this.ports.config.gatewayId,
      login,
      server,
      journalId,
      epoch,
      connectedUs,
    };
  }

  private async announce(): Promise<void> {
    const { accountId, sessionId } = this;
    await this.voice.begin(this.describe(), this.listInstruments());
    this.ports.logger.info({ accountId, sessionId, resumeFrom: this.barrier }, 'A session begins.');
  }

  /** Symbols whose partitions carry marks: those that somebody subscribed to. */
  private symbols(): readonly string[] {
    return [...new Set(this.ports.config.subscriptions.map((s) => s.symbol))];
  }

  /**
   * Has every stage begin again: in simulated time the terminal goes back to the last barrier that all of them kept;
   * otherwise the session is announced once more, in its place among what the terminal says.
   */
  beginAgain(reason: string): void {
    // It is on its way to do so.
    if (!this.connection.isOpen) return;
    const { accountId, sessionId } = this;
    this.ports.logger.warn({ accountId, sessionId, reason }, 'The session begins again.');
    if (this.place.hasBarriers) {
      this.connection.close(reason);
      return;
    }
    this.announcesAgain = true;
    this.startWork();
  }

  private startWork(): void {
    if (!this.ready || this.working !== undefined) return;
    // What the terminal says belongs to no trace of whoever has it worked through.
    this.working = runInTrace(undefined, () => this.work()).finally(() => (this.working = undefined));
  }

  /** A message that cannot be relayed ends the session: what follows it must not overtake it. */
  private async work(): Promise<void> {
    try {
      await this.announceIfAsked();
      for (let message = this.inbox.shift(); message !== undefined; message = this.inbox.shift()) {
        if (!this.connection.isOpen) return;
        // Before the message, which may wait for an answer of the terminal.
        if (this.inbox.length === 0) this.connection.resume();
        await this.relay.relay(message);
        await this.announceIfAsked();
      }
    } catch (error) {
      this.ports.logger.error(
        { accountId: this.accountId, error: String(error) },
        'A message of the terminal could not be relayed.',
      );
      this.connection.close('a message could not be relayed');
    }
  }

  private async announceIfAsked(): Promise<void> {
    if (!this.announcesAgain) return;
    this.announcesAgain = false;
    await this.announce();
  }

  /**
   * Lets simulated time go on without stages that are away, each barrier after a short wait: what an operator closes
   * must fill although a service is dead. Until the next session nothing is a checkpoint that a stage has missed.
   */
  releaseBarriers(): void {
    this.gate.release();
  }
}
