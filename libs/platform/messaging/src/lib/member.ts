import type { Delivery, Handler, Membership, Share } from './event-bus';

/** One consumer within a group: its handlers by topic, and how many of them are at work. */
export class Member {
  private readonly handlers: ReadonlyMap<string, Handler<unknown>>;
  private inFlight = 0;
  private idleWaiters: (() => void)[] = [];
  private interruption = new Interruption();

  constructor(
    private readonly membership: Membership,
    routes: ReadonlyMap<string, Handler<unknown>>,
  ) {
    this.handlers = routes;
  }

  get topics(): Iterable<string> {
    return this.handlers.keys();
  }

  takes(topic: string): boolean {
    return this.handlers.has(topic);
  }

  /** Told to give back what it is not yet through with: it leaves, or the keys are shared anew. */
  get isInterrupted(): boolean {
    return this.interruption.isOver;
  }

  /** True when it wants to know which keys it owns. */
  get wantsShare(): boolean {
    return this.membership.onShare !== undefined;
  }

  async share(share: Share): Promise<void> {
    await this.membership.onShare?.(share);
  }

  handlerOf(topic: string): Handler<unknown> | undefined {
    return this.handlers.get(topic);
  }

  enter(): void {
    this.inFlight++;
  }

  leave(): void {
    if (--this.inFlight > 0) return;
    const waiting = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiting) resolve();
  }

  get isIdle(): boolean {
    return this.inFlight === 0;
  }

  /** Resolves when none of its handlers is at work. */
  idle(): Promise<void> {
    return this.inFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Resolves after the pause, or at once when the member is interrupted. */
  async pause(sleep: Promise<void>): Promise<void> {
    await Promise.race([sleep, this.interruption.happened]);
  }

  interrupt(): void {
    this.interruption.end();
  }

  resume(): void {
    if (this.isInterrupted) this.interruption = new Interruption();
  }
}

class Interruption {
  isOver = false;
  readonly happened: Promise<void>;
  private announce: () => void = () => undefined;

  constructor() {
    this.happened = new Promise((resolve) => {
      this.announce = resolve;
    });
  }

  end(): void {
    this.isOver = true;
    this.announce();
  }
}

/** Calls a handler; a promise is returned only when the handler returned one. */
export function called(handler: Handler<unknown>, delivery: Delivery<unknown>): Promise<void> | undefined {
  const result = handler(delivery);
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- untyped handlers return anything
  return typeof result === 'object' && result !== null && typeof result.then === 'function' ? result : undefined;
}
