import type { terminal } from '@trading/contracts';
import { parseTimeframe, type Instrument } from '@trading/trading-market';
import type { BrokerEvent, SimulatedBroker } from '@trading/trading-simulation';
import { BarCloses } from './bar-closes';
import type { BatchSink } from './batch-sink';
import type { PlayedRecord, SubscribeRecord } from './journal-record';
import { SimulatorError } from './simulator-errors';
import type { TickFeed } from './tick-feed';
import { TickColumns } from './tick-columns';
import { accountFrame, brokerOrderOf, dealResult, rejectionResult, tradeFrame } from './wire-broker';

export interface PlaybackOptions {
  readonly instrument: Instrument;
  readonly feed: TickFeed;
  readonly broker: SimulatedBroker;
  /** What takes effect after a barrier; may grow for the current one until the next batch begins. */
  readonly commandsAt: (n: number) => readonly PlayedRecord[];
  readonly ticksPerFrame: number;
}

/**
 * Simulated time, one batch of ticks after another. Batch n ends with mark n: where a subscribed bar closes before the
 * next tick, where the broker acted, where only answers to commands are due, or where the data ends. What a playback
 * says is a function of the data, the options and the commands with their barriers: played again it says the same,
 * reliable sequence included.
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
  readonly results = new Map<string, terminal.CmdResult>();
  readonly broker: SimulatedBroker;
  private readonly closes = new BarCloses();
  private readonly columns: TickColumns;
  private applied = 0;
  private seq = 0;
  private tickCount = 0;
  private isMarketClosed = false;
  private lastAccount = '';
  private answers: BrokerEvent[] = [];

  private constructor(private readonly options: PlaybackOptions) {
    this.broker = options.broker;
    this.columns = new TickColumns(options.instrument);
  }

  /** @throws what the feed throws */
  static async open(options: PlaybackOptions): Promise<Playback> {
    const playback = new Playback(options);
    await options.feed.load();
    playback.timeUs = options.feed.nextTimeUs;
    return playback;
  }

  /** The barrier after which a command that comes now takes effect. */
  get commandBarrier(): number {
    return this.isPlaying ? this.n + 1 : this.n;
  }

  /** Ticks played so far. */
  get ticks(): number {
    return this.tickCount;
  }

  /** When the next barrier will be if the broker does not act before; undefined at the end of the data. */
  async expectedBarrierUs(): Promise<number | undefined> {
    return (await this.options.feed.load()) ? this.closes.expectedUs(this.options.feed.nextTimeUs) : undefined;
  }

  get shortestBarUs(): number {
    return this.closes.shortestUs;
  }

  /**
   * Plays batch n + 1. Without a sink nothing is written, everything else is the same.
   * @throws what the feed throws
   */
  async next(sink?: BatchSink): Promise<void> {
    if (this.isEnded) return;
    this.isPlaying = true;
    try {
      this.applyCommands();
      const events = this.answers;
      this.answers = [];
      const timeUs = events.length > 0 ? this.timeUs : await this.playTicks(events, sink);
      this.columns.flush(sink);
      this.say(events, sink);
      this.n += 1;
      this.timeUs = timeUs;
      this.applied = 0;
      this.sayAccount(sink);
      sink?.mark({ n: this.n, time: timeUs, end: this.isEnded });
    } finally {
      this.isPlaying = false;
    }
  }

  /** After the end of the data: answers what was told since. */
  answerAfterEnd(sink: BatchSink): void {
    if (!this.isEnded) return;
    this.applyCommands();
    const events = this.answers;
    this.answers = [];
    this.say(events, sink);
  }

  private applyCommands(): void {
    const commands = this.options.commandsAt(this.n);
    for (; this.applied < commands.length; this.applied += 1) {
      const command = commands[this.applied];
      if (command?.kind === 'subscribe') this.subscribe(command);
      if (command?.kind !== 'submit') continue;
      const events = this.broker.submit(brokerOrderOf(command.order), this.timeUs);
      this.answers.push(...events.filter((event) => event.kind !== 'accepted'));
    }
  }

  private subscribe({ bars }: SubscribeRecord): void {
    const own = bars.filter(({ symbol }) => symbol === this.options.instrument.symbol);
    this.closes.subscribe(own.flatMap(({ timeframe }) => parseTimeframe(timeframe) ?? []));
  }

  /** Plays ticks until the batch ends; answers the time of its mark. What the broker did is added to `events`. */
  private async playTicks(events: BrokerEvent[], sink: BatchSink | undefined): Promise<number> {
    const { feed, broker, instrument, ticksPerFrame } = this.options;
    const { symbol } = instrument;
    const { closes, columns } = this;
    for (;;) {
      if (!feed.hasNext && !(await feed.load())) return this.endOfData(events);
      if (closes.earliestUs <= feed.nextTimeUs) return this.passClose();
      feed.advance(broker.positionSign(symbol));
      const { timeUs, bid, ask } = feed;
      this.tickCount += 1;
      if (sink) columns.add(this.tickCount, timeUs, bid, ask);
      if (bid <= ask) closes.onQuote(timeUs);
      const acted = broker.onTick(symbol, timeUs, bid, ask, feed.travelled ? 'travel' : 'jump');
      if (acted.length > 0) {
        events.push(...acted);
        return timeUs;
      }
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

  private endOfData(events: BrokerEvent[]): number {
    const lastUs = Math.max(this.timeUs, this.options.feed.timeUs);
    const timeUs = this.closes.earliestUs === Infinity ? lastUs : this.passClose();
    if (!this.isMarketClosed) events.push(...this.broker.closeMarket(timeUs));
    this.isMarketClosed = true;
    this.isEnded = this.closes.earliestUs === Infinity;
    return timeUs;
  }

  private say(events: readonly BrokerEvent[], sink: BatchSink | undefined): void {
    const { instrument } = this.options;
    for (const event of events) {
      if (event.kind === 'accepted') continue;
      if (event.kind === 'rejected') {
        this.sayResult(rejectionResult(event, instrument.digits), sink);
        continue;
      }
      if (event.coid !== '') this.sayResult(dealResult(event, instrument), sink);
      this.seq += 1;
      sink?.trade(tradeFrame(event, instrument), this.seq);
    }
  }

  private sayResult(result: terminal.CmdResult, sink: BatchSink | undefined): void {
    this.seq += 1;
    this.results.set(result.coid, result);
    sink?.result(result, this.seq);
  }

  /** Says the account where it changed; with a position open its equity may have, so it is said anyway. */
  private sayAccount(sink: BatchSink | undefined): void {
    const isFlat = this.broker.positionSign(this.options.instrument.symbol) === 0;
    const deals = String(this.broker.deals().length);
    if (isFlat && deals === this.lastAccount) return;
    this.lastAccount = isFlat ? deals : '';
    sink?.account(accountFrame(this.broker.account(), this.timeUs));
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
