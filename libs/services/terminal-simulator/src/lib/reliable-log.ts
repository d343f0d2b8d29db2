import type { ReliableMessage, ReliableSink } from './batch-sink';

/** Reliable events that a live terminal keeps at least for a gateway that missed them. */
export const KEPT_EVENTS = 4096;

/** The newest reliable events, for a gateway that comes back. */
export class ReliableLog implements ReliableSink {
  private kept: ReliableMessage[] = [];
  private last = 0;

  reliable(message: ReliableMessage): void {
    this.last = message.seq;
    this.kept.push(message);
    if (this.kept.length > 2 * KEPT_EVENTS) this.kept = this.kept.slice(-KEPT_EVENTS);
  }

  /** Forgets everything: sequences begin at 1 again. */
  clear(): void {
    this.kept = [];
    this.last = 0;
  }

  /** The sequences that are kept; first after last when there is none. */
  get range(): { readonly first: number; readonly last: number } {
    return { first: this.kept[0]?.seq ?? this.last + 1, last: this.last };
  }

  /** What came after a sequence, in order. */
  since(seq: number): readonly ReliableMessage[] {
    return this.kept.filter((one) => one.seq > seq);
  }
}
