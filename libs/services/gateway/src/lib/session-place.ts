import type { DurableBarrier } from './session-directory';

/** Where the data of one session stands. */
export class SessionPlace {
  /** The last barrier that the stages were told of. */
  barrier = 0;
  /** Event time of the account: of the last mark, or of the last frame without lockstep. */
  timeUs = 0;
  /** Whether the data has come to its end. */
  ended = false;
  ticks = 0;
  crossed = 0;

  constructor(
    readonly accountId: string,
    readonly sessionId: string,
    /** The terminal's journal, whose sequence its reliable frames are in. */
    readonly journalId: string,
    readonly lockstep: boolean,
  ) {}

  /** Whether barriers are to come: data that has ended brings no more that anything could wait for. */
  get hasBarriers(): boolean {
    return this.lockstep && !this.ended;
  }

  /** Goes to a durable barrier, or to the beginning. */
  restore(durable: DurableBarrier | undefined): void {
    this.barrier = durable?.n ?? 0;
    this.timeUs = durable?.timeUs ?? 0;
    this.ended = durable?.ended ?? false;
    this.ticks = durable?.ticks ?? 0;
    this.crossed = durable?.crossed ?? 0;
  }
}
