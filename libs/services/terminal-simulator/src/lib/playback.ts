import type { terminal } from '@trading/contracts';
import { parseTimeframe } from '@trading/trading-market';
import type { SimulatedBroker } from '@trading/trading-simulation';
import { BarCloses } from './bar-closes';
import type { BatchSink, ReliableSink } from './batch-sink';
import { BrokerFaults } from './broker-faults';
import { BrokerWords } from './broker-words';
import { CommandRunner } from './command-runner';
import { Mt5DealBook } from './deal-book';
import type { FaultPlan } from './fault-rule';
import type { Happening } from './happening';
import type { PlayedRecord, SubscribeRecord } from './journal-record';
import { MergedFeed } from './merged-feed';
import { Mt4DealBook } from './mt4-deal-book';
import { PlayedSymbol } from './played-symbol';
import { SimulatorError } from './simulator-errors';
import { TerminalBooks } from './terminal-books';
import type { TickFeed } from './tick-feed';
import { ToldOrders } from './told-orders';
import type { TradedSymbols } from './traded-symbols';
import type { Platform } from './wire-results';

export interface PlaybackOptions {
  readonly symbols: TradedSymbols;
  /** One for each symbol, in their order. */
  readonly feeds: readonly TickFeed[];
  readonly broker: SimulatedBroker;
  /** What takes effect after a barrier; may grow for the current one until the next batch begins. */
  readonly commandsAt: (n: number) => readonly PlayedRecord[];
  readonly ticksPerFrame: number;
  /**
   * `barriers`: a batch ends with a mark, and its ticks go out with it. `ticks`: every tick is a batch, none is marked,
   * and ticks are gathered until {@link Playback.sayTicks} asks for them.
   */
  readonly batches: 'barriers' | 'ticks';
  /** Hears what is reliable also while nothing is written. */
  readonly record?: ReliableSink & { clear(): void };
  readonly platform: Platform;
  readonly faults: FaultPlan;
  /** Hears of each attempt of a command but the first, before it is made. */
  readonly onAttempt: (command: number, attempt: number) => void;
  /** Hears of each barrier up to which something reliable was said, before it goes out. */
  readonly onSaid: (n: number) => void;
}

/**
 * Simulated time, one batch of ticks after another. Batch n ends with mark n: where a subscribed bar closes before the
 * next tick of any symbol, where the broker acted, where only answers to commands are due, or where the data ends. What
 * a playback says is a function of the data, the options and the commands with their barriers: played again it says the
 * same, reliable sequence included. A symbol's market closes with the first batch after the end of its data.
 */
export class Playback {
  /** The last barrier that was played. */
  n = 0;
  /** Time of mark n; of the first tick before there is one. */
  timeUs = 0;
  /** The last mark was the last of all. */
  isEnded = false;
  /** A batch is being played: what is told now takes effect after it. */
  isPlaying = false;
  readonly broker: SimulatedBroker;
  private readonly feed: MergedFeed;
  private readonly played: readonly PlayedSymbol[];
  private readonly closes = new BarCloses();
  private readonly words: BrokerWords;
  private readonly books: TerminalBooks;
  private readonly runner: CommandRunner;
  private applied = 0;
  private answers: Happening[] = [];

  private constructor(private readonly options: PlaybackOptions) {
    const { broker, symbols, feeds, record, platform, faults, onAttempt } = options;
    this.broker = broker;
    const told = new ToldOrders(platform);
    const deals = platform === 'MT4' ? new Mt4DealBook(told) : new Mt5DealBook(told);
    const parts = { broker, symbols, platform, told, deals };
    this.runner = new CommandRunner({ ...parts, faults: new BrokerFaults(faults), onAttempt });
    this.books = new TerminalBooks(parts);
    const isSwapped = (coid: string): boolean => this.runner.isSwapped(coid);
    this.words = new BrokerWords({ ...parts, isSwapped, ...(record && { record }) });
    this.feed = new MergedFeed(feeds);
    this.played = feeds.flatMap((feed, index) => {
      const instrument = symbols.instruments[index];
      return instrument ? [new PlayedSymbol(instrument, feed)] : [];
    });
  }

  /** @throws what the feeds throw */
  static async open(options: PlaybackOptions): Promise<Playback> {
    const playback = new Playback(options);
    if (await playback.feed.load()) playback.timeUs = playback.feed.nextTimeUs;
    return playback;
  }

  /** The barrier after which a command that comes now takes effect. */
  get commandBarrier(): number {
    return this.isPlaying ? this.n + 1 : this.n;
  }

  get results(): ReadonlyMap<string, terminal.CmdResult> {
    return this.words.results;
  }

  /** What the terminal shows of the account now. */
  snapshot(): terminal.SnapshotFrame {
    return this.books.snapshot(this.timeUs, this.words.seq);
  }

  history(request: terminal.HistoryGet): terminal.HistoryFrame {
    return this.books.history(request);
  }

  /** The last reliable sequence that was said. */
  get seq(): number {
    return this.words.seq;
  }

  /** Ticks of all symbols played so far. */
  get ticks(): number {
    return this.played.reduce((sum, { tickCount }) => sum + tickCount, 0);
  }

  /** Time of the next tick; undefined at the end of the data. @throws what the feeds throw */
  async nextTickUs(): Promise<number | undefined> {
    return (await this.feed.load()) ? this.feed.nextTimeUs : undefined;
  }

  /** When the next barrier will be if the broker does not act before; undefined at the end of the data. */
  async expectedBarrierUs(): Promise<number | undefined> {
    return (await this.feed.load()) ? this.closes.expectedUs(this.feed.nextTimesUs()) : undefined;
  }

  get shortestBarUs(): number {
    return this.closes.shortestUs;
  }

  /**
   * Plays batch n + 1. Without a sink nothing is written, everything else is the same.
   * @throws what the feeds throw
   */
  async next(sink?: BatchSink): Promise<void> {
    if (this.isEnded) return;
    const isMarked = this.options.batches === 'barriers';
    this.isPlaying = true;
    try {
      this.applyCommands();
      const events = this.answers;
      this.answers = [];
      const hasTicked = events.length === 0;
      const timeUs = hasTicked ? await this.playTicks(events, sink) : this.timeUs;
      const seq = this.words.seq;
      if (isMarked || events.length > 0 || this.words.hasUnnoticed) this.sayTicks(sink);
      this.words.say(events, sink, hasTicked, this.isEnded);
      this.n += 1;
      if (this.words.seq !== seq) this.options.onSaid(this.n);
      this.timeUs = timeUs;
      this.applied = 0;
      if (isMarked || events.length > 0) this.sayAccount(sink);
      if (isMarked) sink?.mark({ n: this.n, time: timeUs, end: this.isEnded });
    } finally {
      this.isPlaying = false;
    }
  }

  /** Hands over the ticks that were gathered, a frame for each symbol that has some. */
  sayTicks(sink: BatchSink | undefined): void {
    for (const { columns } of this.played) columns.flush(sink);
  }

  /** Leaves only the newest of the gathered ticks of each symbol; answers how many were dropped. */
  conflate(): number {
    return this.played.reduce((sum, { columns }) => sum + columns.conflate(), 0);
  }

  /** Says the account where it may have changed; `always` also where not. */
  sayAccount(sink: BatchSink | undefined, always = false): void {
    this.words.sayAccount(this.timeUs, sink, always);
  }

  /** After the end of the data: answers what was told since. */
  answerAfterEnd(sink?: BatchSink): void {
    if (!this.isEnded) return;
    this.applyCommands();
    const events = [...this.answers, ...this.runner.finish(this.timeUs)];
    this.answers = [];
    this.words.say(events, sink, true, true);
  }

  private applyCommands(): void {
    const commands = this.options.commandsAt(this.n);
    for (; this.applied < commands.length; this.applied += 1) {
      const command = commands[this.applied];
      switch (command?.kind) {
        case 'subscribe':
          this.subscribe(command);
          break;
        case 'lost':
          this.runner.forget();
          this.answers.push({ kind: 'lost' });
          break;
        case 'command':
          this.answers.push(...this.runner.take(command, this.timeUs).filter(({ kind }) => kind !== 'accepted'));
          break;
        case undefined:
          break;
      }
    }
  }

  private subscribe({ bars }: SubscribeRecord): void {
    // Bars end batches; where every tick does, there is nothing to end.
    if (this.options.batches === 'ticks') return;
    this.closes.subscribe(
      bars.flatMap((bar) => {
        const symbol = this.options.symbols.indexOf(bar.symbol);
        const timeframe = parseTimeframe(bar.timeframe);
        return symbol < 0 || timeframe === undefined ? [] : [{ symbol, timeframe }];
      }),
    );
  }

  /** Plays ticks until the batch ends; answers the time of its mark. What the broker did is added to `events`. */
  private async playTicks(events: Happening[], sink: BatchSink | undefined): Promise<number> {
    const timeUs = await this.playToMark(events, sink);
    this.played.forEach((one, index) => {
      if (one.isClosed || !this.feed.hasEnded(index)) return;
      one.isClosed = true;
      const { symbol } = one.instrument;
      events.push(...this.broker.closeMarket(timeUs, symbol), ...this.runner.finish(timeUs, symbol));
    });
    if (this.isEnded) events.push(...this.runner.finish(timeUs));
    return timeUs;
  }

  private async playToMark(events: Happening[], sink: BatchSink | undefined): Promise<number> {
    const { broker, ticksPerFrame, batches } = this.options;
    const { feed, closes, played } = this;
    for (;;) {
      if (!feed.hasNext && !(await feed.load())) return this.endOfData();
      if (closes.earliestUs <= feed.nextTimeUs) return this.passClose();
      const index = feed.next;
      const one = played[index];
      if (!one) return this.endOfData();
      const { symbol } = one.instrument;
      feed.advance(broker.positionSign(symbol));
      const { timeUs, bid, ask, travelled } = one.feed;
      const { columns } = one;
      one.tickCount += 1;
      if (sink) columns.add(one.tickCount, timeUs, bid, ask);
      if (bid <= ask) closes.onQuote(index, timeUs);
      const acted = broker.onTick(symbol, timeUs, bid, ask, travelled ? 'travel' : 'jump');
      const tried = this.runner.isBusy && bid <= ask ? this.runner.onQuote(symbol, timeUs) : [];
      if (acted.length > 0 || tried.length > 0) {
        events.push(...acted, ...tried);
        return timeUs;
      }
      if (batches === 'ticks' || this.words.hasUnnoticed) return timeUs;
      if (columns.count < ticksPerFrame) continue;
      columns.flush(sink);
      const pressure = sink?.pressure();
      if (pressure) await pressure;
    }
  }

  private passClose(): number {
    const closeUs = this.closes.earliestUs;
    this.closes.pass(closeUs);
    return closeUs;
  }

  private endOfData(): number {
    const lastUs = Math.max(this.timeUs, this.feed.timeUs);
    const timeUs = this.closes.earliestUs === Infinity ? lastUs : this.passClose();
    this.isEnded = this.closes.earliestUs === Infinity;
    return timeUs;
  }
}

/**
 * Plays without a word up to a barrier, or until aborted.
 * @throws SimulatorError RESUME_BEYOND_DATA
 */
export async function playSilentlyTo(playback: Playback, barrier: number, signal: AbortSignal): Promise<void> {
  while (playback.n < barrier && !signal.aborted) {
    if (playback.isEnded) {
      throw new SimulatorError(
        'RESUME_BEYOND_DATA',
        `The gateway resumes at barrier ${barrier}, but the data ends at barrier ${playback.n}.`,
      );
    }
    await playback.next();
  }
}
