import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { FrameSink } from './frame-sink';
import type { LivePace } from './live-pace';
import type { ReliableLog } from './reliable-log';
import { TerminalDialogue } from './terminal-dialogue';
import { abortOf, type SessionParts, type TerminalSession } from './terminal-session';

export interface LiveSessionParts extends SessionParts {
  readonly pace: LivePace;
  readonly log: ReliableLog;
  readonly ticksPerFrame: number;
}

/** While nothing is due: how often gathered ticks are offered to a gateway that did not read. */
const OFFER_MS = 20;
/** How often the account is said, also unchanged: an account that is not heard of for a minute counts as away. */
const ACCOUNT_MS = 1000;
/** The same in the data's time, which may go faster. */
const ACCOUNT_PLAYED_US = 20_000_000;

/**
 * A session as a live terminal has it: ticks go out when they are due and nobody is waited for. While the gateway does
 * not read, only the newest tick of each symbol is kept for it; without a speed the gateway sets it, and gets them all.
 * The market stands still between sessions, so that what happens in it follows from the journal also here.
 */
export class LiveSession implements TerminalSession {
  private readonly dialogue: TerminalDialogue;
  private readonly sink: FrameSink;
  private conflated = 0;
  private gathered = 0;
  private accountMs = -Infinity;
  private accountUs = -Infinity;

  constructor(private readonly parts: LiveSessionParts) {
    const { connection, welcome, log } = parts;
    // A gateway that knows more than there is has it from a journal that was lost.
    this.sink = new FrameSink(connection, Math.min(welcome.resumeFrom, log.range.last));
    this.dialogue = new TerminalDialogue({ ...parts, onOrder: () => this.answerAfterEnd() });
  }

  get isSuperseded(): boolean {
    return this.dialogue.isSuperseded;
  }

  async run(): Promise<void> {
    const { connection, welcome, playback, journal, desk, log, logger } = this.parts;
    const { ended } = connection;
    if (welcome.epoch > journal.epoch) desk.fence(welcome.epoch);
    connection.startHeartbeat(welcome.hbMs);
    this.dialogue.listen();
    this.dialogue.begin();
    for (const message of log.since(welcome.resumeFrom)) this.sink.reliable(message);
    playback.sayAccount(this.sink, true);
    await this.play(ended);
    if (ended.aborted) return;
    logger.info({ ticks: playback.ticks, conflated: this.conflated }, 'The data ends here.');
    this.answerAfterEnd();
    await abortOf(ended);
  }

  private async play(ended: AbortSignal): Promise<void> {
    const { playback, pace, ticksPerFrame } = this.parts;
    while (!ended.aborted && !playback.isEnded) {
      const nextUs = await playback.nextTickUs();
      const waitMs = nextUs === undefined ? 0 : pace.untilMs(nextUs);
      if (waitMs > 0) {
        await this.offer();
        await sleep(Math.min(Math.ceil(waitMs), OFFER_MS), undefined, { signal: ended }).catch(() => undefined);
        continue;
      }
      await playback.next(this.sink);
      this.gathered += 1;
      if (this.gathered >= ticksPerFrame) await this.offer();
    }
    while (!ended.aborted && this.parts.connection.isFull) await this.parts.connection.drained();
    await this.offer();
  }

  /** Sends what was gathered, if the gateway reads. */
  private async offer(): Promise<void> {
    const { playback, connection, pace, logger } = this.parts;
    if (connection.isFull && !pace.isFree) {
      if (this.conflated === 0) logger.warn({}, 'The gateway does not keep up: it gets the newest ticks only.');
      this.conflated += playback.conflate();
    } else {
      playback.sayTicks(this.sink);
      this.gathered = 0;
      this.sayAccountWhenDue();
    }
    // Reliable events go out whether or not there is pressure.
    connection.write(this.sink.take());
    if (pace.isFree) await connection.drained();
    await turn();
  }

  private sayAccountWhenDue(): void {
    const { playback } = this.parts;
    const nowMs = performance.now();
    if (nowMs - this.accountMs < ACCOUNT_MS && playback.timeUs - this.accountUs < ACCOUNT_PLAYED_US) return;
    playback.sayAccount(this.sink, true);
    this.accountMs = nowMs;
    this.accountUs = playback.timeUs;
  }

  private answerAfterEnd(): void {
    const { playback, connection } = this.parts;
    if (!playback.isEnded) return;
    playback.answerAfterEnd(this.sink);
    connection.write(this.sink.take());
  }
}
