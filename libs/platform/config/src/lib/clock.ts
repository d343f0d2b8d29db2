/** Tells the time; injected, so that a simulated run has a simulated clock. */
export interface Clock {
  /** Microseconds since 1970 UTC, an integer (safe in a double until 2255). */
  nowUs(): number;
}

/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('CLOCK');

/** The machine's clock. */
export const systemClock: Clock = {
  nowUs: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
};

/** A clock that goes only when told to: tests and simulated time. */
export class ManualClock implements Clock {
  constructor(private currentUs = 0) {}

  nowUs(): number {
    return this.currentUs;
  }

  /** Goes to `timeUs`, also backwards. */
  setUs(timeUs: number): void {
    this.currentUs = timeUs;
  }

  advanceUs(deltaUs: number): void {
    this.currentUs += deltaUs;
  }

  advanceMs(deltaMs: number): void {
    this.advanceUs(deltaMs * 1000);
  }
}
