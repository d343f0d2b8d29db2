import type { Delivery, Handler } from './event-bus';

/** One subscription within a group. */
export class Member<T> {
  private inFlight = 0;
  private readonly stopped: Promise<void>;
  private announceStop: () => void = () => undefined;
  private idle: (() => void)[] = [];
  stopping = false;

  constructor(private readonly handler: Handler<T>) {
    this.stopped = new Promise((resolve) => {
      this.announceStop = resolve;
    });
  }

  /** Calls the handler; a promise is returned only when the handler returned one. */
  handle(delivery: Delivery<T>): Promise<void> | undefined {
    const result = this.handler(delivery);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- untyped handlers return anything
    return typeof result === 'object' && result !== null && typeof result.then === 'function' ? result : undefined;
  }

  enter(): void {
    this.inFlight++;
  }

  leave(): void {
    if (--this.inFlight > 0) return;
    const waiting = this.idle;
    this.idle = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves after the pause, or at once when the member is told to stop. */
  async pause(sleep: Promise<void>): Promise<void> {
    await Promise.race([sleep, this.stopped]);
  }

  /** Tells the member to stop; resolves when no handler of it runs any more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.announceStop();
    if (this.inFlight > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }
}
