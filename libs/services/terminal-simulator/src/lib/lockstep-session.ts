import { FrameSink } from './frame-sink';
import type { Pace } from './pace';
import { playSilentlyTo } from './playback';
import { TerminalDialogue } from './terminal-dialogue';
import { abortOf, type SessionParts, type TerminalSession } from './terminal-session';

export interface LockstepSessionParts extends SessionParts {
  readonly pace: Pace;
}

/** A session in simulated time: plays from the gateway's barrier to the end, one barrier per `sim.done`. */
export class LockstepSession implements TerminalSession {
  private readonly dialogue: TerminalDialogue;
  private readonly sink: FrameSink;
  private awaited: { readonly n: number; readonly go: () => void } | undefined;

  constructor(private readonly parts: LockstepSessionParts) {
    const { connection } = parts;
    this.sink = new FrameSink(connection);
    this.dialogue = new TerminalDialogue({
      ...parts,
      onDone: (n) => {
        if (n === this.awaited?.n) this.awaited.go();
      },
      onOrder: () => this.answerAfterEnd(),
    });
  }

  get isSuperseded(): boolean {
    return this.dialogue.isSuperseded;
  }

  async run(): Promise<void> {
    const { connection, welcome, playback, journal, desk, logger } = this.parts;
    const { ended } = connection;
    if (welcome.epoch > journal.epoch) desk.fence(welcome.epoch);
    desk.subscribe(welcome.subscribe, playback);
    connection.startHeartbeat(welcome.hbMs);
    this.dialogue.listen();
    await playSilentlyTo(playback, welcome.resumeBarrier, ended);
    this.dialogue.begin();

    while (!ended.aborted && !playback.isEnded) {
      await this.waitForTime();
      await playback.next(this.sink);
      const done = this.done(playback.n);
      connection.write(this.sink.take());
      await done;
    }
    if (ended.aborted) return;
    logger.info({ barrier: playback.n, ticks: playback.ticks }, 'The data ends here.');
    this.answerAfterEnd();
    await abortOf(ended);
  }

  private async waitForTime(): Promise<void> {
    const { pace, playback, journal } = this.parts;
    if (pace.isFree || playback.n < journal.lastBarrier) return;
    const expectedUs = (await playback.expectedBarrierUs()) ?? playback.timeUs;
    await pace.pass(expectedUs - playback.timeUs, playback.shortestBarUs);
  }

  /** Resolves when the gateway is done with barrier `n`, or gone. */
  private done(n: number): Promise<void> {
    const { ended } = this.parts.connection;
    return new Promise((resolve) => {
      const go = (): void => {
        this.awaited = undefined;
        ended.removeEventListener('abort', go);
        resolve();
      };
      this.awaited = { n, go };
      ended.addEventListener('abort', go, { once: true });
      if (ended.aborted) go();
    });
  }

  private answerAfterEnd(): void {
    const { playback, connection } = this.parts;
    if (!playback.isEnded) return;
    playback.answerAfterEnd(this.sink);
    connection.write(this.sink.take());
  }
}
