import type { execution } from '@trading/contracts';
import type { BookNote, StoredNote } from './book-note';
import type { StoredEvent } from './order-store';

/** What was stored, in the order in which it was booked. */
export type StoredItem = { readonly message: execution.OrderEvent } | { readonly note: BookNote };

/** The stored items of one barrier: those of its step, and those that came between it and the next barrier. */
interface StoredStep {
  readonly inStep: StoredItem[];
  readonly after: StoredItem[];
}

/** Events and notes as one history. */
export function inOrder(
  events: readonly StoredEvent[],
  notes: readonly StoredNote[],
): (StoredItem & { readonly barrier: number; readonly inStep: boolean })[] {
  const placed = [
    ...events.map(({ message, inStep }) => ({
      at: message.seq,
      ordinal: 0,
      item: { message, barrier: message.barrier, inStep },
    })),
    ...notes.map(({ note, afterSeq, ordinal, barrier, inStep }) => ({
      at: afterSeq,
      ordinal,
      item: { note, barrier, inStep },
    })),
  ];
  return placed.sort((a, b) => a.at - b.at || a.ordinal - b.ordinal).map(({ item }) => item);
}

/** Stored items of the part of a session that is played again, each handed out once, at its barrier. */
export class StoredSteps {
  private readonly steps = new Map<number, StoredStep>();

  constructor(events: readonly StoredEvent[] = [], notes: readonly StoredNote[] = []) {
    for (const item of inOrder(events, notes)) {
      let step = this.steps.get(item.barrier);
      if (step === undefined) this.steps.set(item.barrier, (step = { inStep: [], after: [] }));
      (item.inStep ? step.inStep : step.after).push(item);
    }
  }

  /** Whether everything was handed out: what happens now is new. */
  get isDone(): boolean {
    return this.steps.size === 0;
  }

  inStep(barrier: number): readonly StoredItem[] {
    return this.steps.get(barrier)?.inStep ?? [];
  }

  /** Ends the barrier. */
  takeAfter(barrier: number): readonly StoredItem[] {
    const after = this.steps.get(barrier)?.after ?? [];
    this.steps.delete(barrier);
    return after;
  }
}
