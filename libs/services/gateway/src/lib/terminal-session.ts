import { TOPICS, terminal, wire, type common, type gateway, type market } from '@trading/contracts';
import type { EventBus } from '@trading/platform-messaging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import type { Logger } from '@trading/platform-logging';
import type { Greeting } from './handshake';
import type { GatewayConfig } from './gateway-config';
import type { HaltFlags } from './halt-flags';
import type { SessionDirectory } from './session-directory';
import type { StageProgress } from './stage-progress';
import type { TerminalConnection } from './terminal-connection';
import { accountOf, dealOf, instrumentOf, resultOf } from './wire';

export interface SessionPorts {
  readonly bus: EventBus;
  readonly timeSeries: TimeSeriesStore;
  readonly directory: SessionDirectory;
  readonly progress: StageProgress;
  readonly halts: HaltFlags;
  readonly config: GatewayConfig;
  readonly logger: Logger;
}

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
  readonly connectedUs = Date.now() * 1000;
  barrier = 0;
  /** Event time of the account: of the last mark, or of the last frame without lockstep. */
  timeUs = 0;
  ended = false;
  private ticks = 0;
  private crossed = 0;
  private readonly instruments = new Map<string, common.Instrument>();
  private readonly inbox: terminal.Envelope[] = [];
  private working = false;
  private ready = false;
  private checkpointedMs = Date.now();
  private lastSeq = 0;

  constructor(
    readonly greeting: Greeting,
    readonly connection: TerminalConnection,
    readonly epoch: number,
    private readonly ports: SessionPorts,
  ) {
    this.accountId = greeting.account.accountId;
    this.sessionId = greeting.sessionId;
    this.lockstep = greeting.hello.caps.includes('lockstep');
  }

  listInstruments(): common.Instrument[] {
    return [...this.instruments.values()];
  }

  instrument(symbol: string): common.Instrument | undefined {
    return this.instruments.get(symbol);
  }

  /** Welcomes the terminal, learns its symbols, tells every stage where it starts, and lets its data in. */
  async open(): Promise<void> {
    const { directory, config, progress } = this.ports;
    const durable = await directory.barrier(this.accountId);
    this.barrier = durable?.n ?? 0;
    this.timeUs = durable?.timeUs ?? 0;
    this.ended = durable?.ended ?? false;
    this.ticks = durable?.ticks ?? 0;
    this.crossed = durable?.crossed ?? 0;
    progress.reset(this.accountId);
    this.connection.send('welcome', {
      mac: this.greeting.mac,
      hbMs: config.heartbeatMs,
      resumeFrom: this.lastSeq,
      resumeBarrier: this.barrier,
      epoch: this.epoch,
      subscribe: [...config.subscriptions],
    } satisfies terminal.Welcome);
    const answer = await this.connection.request('symbol.get', {}, config.commandTimeoutMs);
    for (const w of terminal.symbolsSchema.parse(answer.d).instruments) this.instruments.set(w.symbol, instrumentOf(w));
    await this.announce();
    this.ready = true;
    void this.work();
  }

  /** Takes one message of the terminal; they are worked through in order. */
  receive(message: terminal.Envelope): void {
    this.inbox.push(message);
    if (this.inbox.length > INBOX_LIMIT) this.connection.pause();
    void this.work();
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
      ended: this.ended,
    };
  }

  private async announce(): Promise<void> {
    const { bus } = this.ports;
    const session: common.SessionStarted = {
      accountId: this.accountId,
      sessionId: this.sessionId,
      resumeFrom: this.barrier,
      timeUs: this.timeUs,
      lockstep: this.lockstep,
    };
    const body = { $case: 'session', value: session } as const;
    await bus.publish(TOPICS.tradeEvent, this.accountId, this.tradeEvent(body));
    await bus.publish(TOPICS.accountEvent, this.accountId, this.accountEvent(body));
    for (const symbol of this.symbols()) await bus.publish(TOPICS.marketTick, symbol, { body });
    const terminalSession = { $case: 'terminal', value: this.describe() } as const;
    await bus.publish(TOPICS.accountEvent, this.accountId, this.accountEvent(terminalSession));
    for (const instrument of this.instruments.values()) {
      await bus.publish(
        TOPICS.accountEvent,
        this.accountId,
        this.accountEvent({ $case: 'instrument', value: instrument }),
      );
    }
  }

  /** Symbols whose partitions carry marks: those that somebody subscribed to. */
  private symbols(): readonly string[] {
    return [...new Set(this.ports.config.subscriptions.map((s) => s.symbol))];
  }

  private async work(): Promise<void> {
    if (!this.ready || this.working) return;
    this.working = true;
    try {
      for (let message = this.inbox.shift(); message !== undefined; message = this.inbox.shift()) {
        if (!this.connection.isOpen) return;
        await this.relay(message);
        if (this.inbox.length === 0) this.connection.resume();
      }
    } catch (error) {
      this.ports.logger.error(
        { accountId: this.accountId, error: String(error) },
        'A message of the terminal could not be relayed.',
      );
      this.connection.close('a message could not be relayed');
    } finally {
      this.working = false;
    }
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
        return this.relayReliable(message, { $case: 'deal', value: dealOf(deal) }, deal.time);
      }
      case 'account': {
        const frame = terminal.accountSchema.parse(message.d);
        this.timeUs = Math.max(this.timeUs, frame.time);
        const value = accountOf(frame, this.greeting.hello);
        return this.ports.bus.publish(
          TOPICS.accountEvent,
          this.accountId,
          this.accountEvent({ $case: 'account', value }),
        );
      }
      default:
        this.ports.logger.debug({ type: message.t }, 'A message of the terminal that needs nothing done.');
    }
  }

  private async relayTicks(body: unknown): Promise<void> {
    const ingestUs = Date.now() * 1000;
    const batch = parseTicks(body, this.accountId, ingestUs);
    const { bus, timeSeries } = this.ports;
    timeSeries.write(
      'tick',
      { account: this.accountId, symbol: batch.symbol },
      {
        seq: sequence(batch.firstSeq, batch.timeUs.length),
        timeUs: batch.timeUs,
        fields: { bid: batch.bid, ask: batch.ask },
      },
    );
    await timeSeries.pressure();
    this.ticks += batch.timeUs.length;
    this.crossed += batch.crossed;
    if (!this.lockstep) this.timeUs = batch.timeUs.at(-1) ?? this.timeUs;
    await bus.publish(TOPICS.marketTick, batch.symbol, { body: { $case: 'batch', value: batch } });
  }

  private async relayReliable(
    message: terminal.Envelope,
    body: NonNullable<gateway.TradeEvent['body']>,
    timeUs: number,
  ): Promise<void> {
    this.lastSeq = message.seq ?? this.lastSeq;
    await this.ports.bus.publish(TOPICS.tradeEvent, this.accountId, {
      ...this.tradeEvent(body),
      seq: this.lastSeq,
      timeUs,
    });
    this.connection.send('ack', {}, { ack: this.lastSeq });
  }

  private async relayMark(mark: terminal.SimMark): Promise<void> {
    const { bus, progress, directory, timeSeries, config } = this.ports;
    const checkpoint = mark.end || Date.now() - this.checkpointedMs >= config.checkpointEveryMs;
    this.timeUs = mark.time;
    const body = {
      $case: 'mark',
      value: { accountId: this.accountId, n: mark.n, timeUs: mark.time, checkpoint, end: mark.end },
    } as const;
    const previous = this.barrier;
    this.barrier = mark.n;
    if (mark.n !== previous + 1) throw new Error(`Barrier ${mark.n} follows barrier ${previous}.`);
    await bus.publish(TOPICS.tradeEvent, this.accountId, this.tradeEvent(body));
    await bus.publish(TOPICS.accountEvent, this.accountId, this.accountEvent(body));
    for (const symbol of this.symbols()) await bus.publish(TOPICS.marketTick, symbol, { body });
    await progress.waitFor(this.accountId, mark.n);
    if (checkpoint) {
      await timeSeries.flush();
      await directory.saveBarrier(this.accountId, {
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
      ingestUs: Date.now() * 1000,
      barrier: this.barrier,
      body,
    };
  }

  private accountEvent(body: NonNullable<gateway.AccountEvent['body']>): gateway.AccountEvent {
    return { accountId: this.accountId, timeUs: this.timeUs, barrier: this.barrier, body };
  }
}

function sequence(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => first + k);
}

/** Checks and converts a `tick` frame by hand: this is the hottest message of the system. */
function parseTicks(body: unknown, accountId: string, ingestUs: number): market.TickBatch {
  const { symbol, first, t, b, a } = body as Partial<terminal.TickFrame>;
  if (
    typeof symbol !== 'string' ||
    typeof first !== 'number' ||
    !Array.isArray(t) ||
    !Array.isArray(b) ||
    !Array.isArray(a)
  ) {
    throw new terminal.FrameError('A tick frame lacks one of symbol, first, t, b, a.');
  }
  if (t.length !== b.length || t.length !== a.length)
    throw new terminal.FrameError('The columns of a tick frame differ in length.');
  const bid = b.map(Number);
  const ask = a.map(Number);
  let crossed = 0;
  for (let i = 0; i < t.length; i++) {
    const [time, low, high] = [t[i], bid[i], ask[i]];
    if (!Number.isSafeInteger(time) || low === undefined || high === undefined || !(low > 0) || !(high > 0)) {
      throw new terminal.FrameError(`Tick ${first + i} of ${symbol} is not a time with two prices.`);
    }
    if (low > high) crossed++;
  }
  return { accountId, symbol, firstSeq: first, timeUs: t, bid, ask, ingestUs, crossed };
}
