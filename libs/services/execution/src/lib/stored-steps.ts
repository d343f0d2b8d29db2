import type { execution } from '@trading/contracts';
import type { StoredEvent } from './order-store';

/** The stored events of one barrier: those of its step, and those that came between it and the next barrier. */
interface StoredStep {
  readonly inStep: execution.OrderEvent[];
  readonly after: execution.OrderEvent[];
}

/** Stored events of the part of a session that is played again, each handed out once, at its barrier. */
export class StoredSteps {
  private readonly steps = new Map<number, StoredStep>();

  constructor(events: readonly StoredEvent[] = []) {
    for (const { inStep, message } of events) {
      let step = this.steps.get(message.barrier);
      if (step === undefined) this.steps.set(message.barrier, (step = { inStep: [], after: [] }));
      (inStep ? step.inStep : step.after).push(message);
    }
  }

  /** Whether everything was handed out: what happens now is new. */
  get isDone(): boolean {
    return this.steps.size === 0;
  }

  inStep(barrier: number): readonly execution.OrderEvent[] {
    return this.steps.get(barrier)?.inStep ?? [];
  }

  /** Ends the barrier. */
  takeAfter(barrier: number): readonly execution.OrderEvent[] {
    const after = this.steps.get(barrier)?.after ?? [];
    this.steps.delete(barrier);
    return after;
  }
}
