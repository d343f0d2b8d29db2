import type { EventKeeper } from './event-keeper';

/**
 * The reliable frames of one session in their order. In simulated time a terminal begins again at a barrier, and
 * whatever it says then is taken; a live one says each once, from where the bus had them.
 */
export class ReliableSequence {
  private last = 0;

  constructor(
    private readonly lockstep: boolean,
    private readonly keeper: EventKeeper,
    /** Events between are lost: resolves when that is known to whoever keeps the books. */
    private readonly onGap: (from: number, to: number) => Promise<void>,
  ) {}

  get lastSeq(): number {
    return this.last;
  }

  startAfter(seq: number): void {
    this.last = seq;
  }

  /** Whether the frame has not been said yet in this session. */
  async isDue(seq: number): Promise<boolean> {
    if (this.lockstep) return true;
    if (seq <= this.last) return false;
    if (seq > this.last + 1) await this.onGap(this.last + 1, seq - 1);
    return true;
  }

  /** The bus has the frame. */
  accepted(seq: number): void {
    this.last = seq;
    if (!this.lockstep) this.keeper.accepted(seq);
  }
}
