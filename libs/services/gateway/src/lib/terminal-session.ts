import { TOPICS, terminal, wire, type common, type gateway } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import type { EventBus } from '@trading/platform-messaging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import type { Logger } from '@trading/platform-logging';
import { HandshakeRefused, type Greeting } from './handshake';
import { BarrierGate } from './barrier-gate';
import { PublishWindow } from './publish-window';
import { countTicks } from './gateway-metrics';
import type { GatewayConfig } from './gateway-config';
import type { HaltFlags } from './halt-flags';
import { SessionReplaced, type SessionDirectory, type SessionRecord } from './session-directory';
import type { StageListener } from './stage-listener';
import type { StageProgress } from './stage-progress';
import type { TerminalConnection } from './terminal-connection';
import { parseTicks, sequenceOf } from './tick-frame';
import { accountOf, dealOf, instrumentOf, resultOf } from './wire';

export interface SessionPorts {
  readonly stages: StageListener;
  readonly bus: EventBus;
  readonly timeSeries: TimeSeriesStore;
  readonly directory: SessionDirectory;
  readonly progress: StageProgress;
  readonly halts: HaltFlags;
  readonly config: GatewayConfig;
  readonly logger: Logger;
}

/** A barrier that stays open for longer has lost a stage: the session begins again where all of them can. */
const STAGE_PATIENCE_MS = 10_000;
/** Bodies that every partition of a session carries. */
type SessionTime =
  | { readonly $case: 'mark'; readonly value: common.Mark }
  | { readonly $case: 'session'; readonly value: common.SessionStarted };

/** Frames that may wait before the terminal is asked to slow down. */
const INBOX_LIMIT = 1_000;

/**
 * The live session of one account: turns what its terminal sends into events, in order, and in lockstep lets simulated
 * time go on when every stage has passed the barrier.
 */
export class TerminalSession {
  readonly accountId: string;
  readonly sessionId: string;
  readonly lockstep: boolean;
  readonly connectedUs = systemClock.nowUs();
  barrier = 0;
  /** Event time of the account: of the last mark, or of the last frame without lockstep. */
  timeUs = 0;
  ended = false;
  private ticks = 0;
  private crossed = 0;
  private readonly instruments = new Map<string, common.Instrument>();
  private readonly ours = new Map<string, string>();
  private readonly inbox: terminal.Envelope[] = [];
  private opening: Promise<void> | undefined;
  private working: Promise<void> | undefined;
  private ready = false;
  private takesCommands = false;
  private checkpointedMs = Date.now();
  private lastSeq = 0;
  private readonly gate: BarrierGate;
  private readonly window = new PublishWindow();
  private announcesAgain = false;

  constructor(
    readonly greeting: Greeting,
    readonly connection: TerminalConnection,
    readonly epoch: number,
    private readonly ports: SessionPorts,
  ) {
    this.accountId = greeting.account.accountId;
    this.sessionId = greeting.sessionId;
    this.lockstep = greeting.hello.caps.includes('lockstep');
    const patienceMs = ports.config.stagePatienceMs ?? STAGE_PATIENCE_MS;
    this.gate = new BarrierGate(ports.progress, this.accountId, this.sessionId, patienceMs, () =>
      this.beginAgain(`stages are away: ${ports.progress.missing(this.accountId, this.barrier).join(', ')}`),
    );
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
      ticks: this.ticks,
      crossedTicks: this.crossed,
      ended: this.ended && this.ready,
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
    this.barrier = durable?.n ?? 0;
    this.timeUs = durable?.timeUs ?? 0;
    this.ended = durable?.ended ?? false;
    this.ticks = durable?.ticks ?? 0;
    this.crossed = durable?.crossed ?? 0;
    progress.begin(this.accountId, this.sessionId, this.symbols());
    this.connection.send('welcome', {
      mac: this.greeting.mac,
      hbMs: config.heartbeatMs,
      resumeFrom: this.lastSeq,
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
    const { window, accountId, sessionId } = this;
    const { bus } = this.ports;
    const session: common.SessionStarted = {
      accountId: this.accountId,
      sessionId: this.sessionId,
      resumeFrom: this.barrier,
      timeUs: this.timeUs,
      // Data that has ended brings no more barriers that anything could wait for.
      lockstep: this.lockstep && !this.ended,
      symbols: [...this.symbols()],
    };
    const body = { $case: 'session', value: session } as const;
    await window.add(...this.tell(body));
    const facts: NonNullable<gateway.AccountEvent['body']>[] = [{ $case: 'terminal', value: this.describe() }];
    for (const value of this.instruments.values()) facts.push({ $case: 'instrument', value });
    await window.add(...facts.map((fact) => bus.publish(TOPICS.accountEvent, accountId, this.accountEvent(fact))));
    await window.drain();
    this.ports.logger.info({ accountId, sessionId, resumeFrom: this.barrier }, 'A session begins.');
  }

  /** Says the same on every partition that carries this session's time. */
  private tell(body: SessionTime): Promise<void>[] {
    const { accountId, sessionId } = this;
    const { bus } = this.ports;
    return [
      bus.publish(TOPICS.tradeEvent, accountId, this.tradeEvent(body)),
      bus.publish(TOPICS.accountEvent, accountId, this.accountEvent(body)),
      ...this.symbols().map((symbol) => bus.publish(TOPICS.marketTick, symbol, { sessionId, body })),
    ];
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
    const { accountId, sessionId } = this;
    this.ports.logger.warn({ accountId, sessionId, reason }, 'The session begins again.');
    if (this.lockstep && !this.ended) {
      this.connection.close(reason);
      return;
    }
    this.announcesAgain = true;
    this.startWork();
  }

  private startWork(): void {
    if (!this.ready || this.working !== undefined) return;
    this.working = this.work().finally(() => (this.working = undefined));
  }

  /** A message that cannot be relayed ends the session: what follows it must not overtake it. */
  private async work(): Promise<void> {
    try {
      await this.announceIfAsked();
      for (let message = this.inbox.shift(); message !== undefined; message = this.inbox.shift()) {
        if (!this.connection.isOpen) return;
        // Before the message, which may wait for an answer of the terminal.
        if (this.inbox.length === 0) this.connection.resume();
        await this.relay(message);
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

  private async relay(message: terminal.Envelope): Promise<void> {
    switch (message.t) {
      case 'tick':
        return this.relayTicks(message.d);
      case 'sim.mark':
        return this.relayMark(terminal.simMarkSchema.parse(message.d));
      case 'cmd.result': {
        const result = terminal.cmdResultSchema.parse(message.d);
        return this.relayReliable(message, { $case: 'result', value: resultOf(result) }, result.time);
      }
      case 'trade.event': {
        const deal = terminal.tradeEventSchema.parse(message.d);
        return this.relayReliable(message, { $case: 'deal', value: dealOf(deal, this.symbolOf) }, deal.time);
      }
      case 'account': {
        const frame = terminal.accountSchema.parse(message.d);
        this.timeUs = Math.max(this.timeUs, frame.time);
        const value = accountOf(frame, this.greeting.hello);
        const event = this.accountEvent({ $case: 'account', value });
        return this.window.add(this.ports.bus.publish(TOPICS.accountEvent, this.accountId, event));
      }
      default:
        this.ports.logger.debug({ type: message.t }, 'A message of the terminal that needs nothing done.');
    }
  }

  private async relayTicks(body: unknown): Promise<void> {
    const batch = parseTicks(body, this.accountId, systemClock.nowUs(), this.symbolOf);
    const { bus, timeSeries } = this.ports;
    const { symbol, timeUs, bid, ask } = batch;
    const tags = { account: this.accountId, symbol };
    timeSeries.write('tick', tags, { seq: sequenceOf(batch), timeUs, fields: { bid, ask } });
    await timeSeries.pressure();
    this.ticks += timeUs.length;
    this.crossed += batch.crossed;
    countTicks(this.ports.config.platform, timeUs.length);
    if (!this.lockstep) this.timeUs = Math.max(this.timeUs, timeUs.at(-1) ?? 0);
    const { sessionId } = this;
    await this.window.add(
      bus.publish(TOPICS.marketTick, symbol, { sessionId, body: { $case: 'batch', value: batch } }),
    );
  }

  private async relayReliable(
    message: terminal.Envelope,
    body: NonNullable<gateway.TradeEvent['body']>,
    timeUs: number,
  ): Promise<void> {
    if (message.seq === undefined) throw new terminal.FrameError(`A ${message.t} lacks its sequence.`);
    this.lastSeq = message.seq;
    await this.ports.bus.publish(TOPICS.tradeEvent, this.accountId, {
      ...this.tradeEvent(body),
      seq: this.lastSeq,
      timeUs,
    });
    this.connection.send('ack', {}, { ack: this.lastSeq });
  }

  /**
   * Lets simulated time go on without stages that are away, each barrier after a short wait: what an operator closes
   * must fill although a service is dead. Until the next session nothing is a checkpoint that a stage has missed.
   */
  releaseBarriers(): void {
    this.gate.release();
  }

  private async relayMark(mark: terminal.SimMark): Promise<void> {
    const { directory, timeSeries, config } = this.ports;
    if (!this.lockstep || mark.n !== this.barrier + 1) {
      throw new terminal.FrameError(`Barrier ${mark.n} follows barrier ${this.barrier}.`);
    }
    const checkpoint = mark.end || Date.now() - this.checkpointedMs >= config.checkpointEveryMs;
    this.timeUs = mark.time;
    const { accountId, sessionId } = this;
    const value = { accountId, sessionId, n: mark.n, timeUs: mark.time, checkpoint, end: mark.end };
    this.barrier = mark.n;
    await this.window.add(...this.tell({ $case: 'mark', value }));
    const passed = await this.gate.pass(mark.n);
    if (!passed && this.connection.isOpen) {
      const missing = this.ports.progress.missing(this.accountId, mark.n);
      this.ports.logger.warn({ n: mark.n, missing }, 'Time goes on without stages.');
    }
    if (checkpoint && passed) {
      await this.window.drain();
      await timeSeries.flush();
      await directory.saveBarrier(this.accountId, this.sessionId, {
        n: mark.n,
        timeUs: mark.time,
        ended: mark.end,
        ticks: this.ticks,
        crossed: this.crossed,
      });
      this.checkpointedMs = Date.now();
    }
    this.ended = mark.end;
    this.connection.send('sim.done', { n: mark.n } satisfies terminal.SimDone);
  }

  private tradeEvent(body: NonNullable<gateway.TradeEvent['body']>): gateway.TradeEvent {
    return {
      accountId: this.accountId,
      sessionId: this.sessionId,
      seq: 0,
      timeUs: this.timeUs,
      ingestUs: systemClock.nowUs(),
      barrier: this.barrier,
      body,
    };
  }

  private accountEvent(body: NonNullable<gateway.AccountEvent['body']>): gateway.AccountEvent {
    const { accountId, sessionId, timeUs, barrier } = this;
    return { accountId, sessionId, timeUs, barrier, body };
  }
}
