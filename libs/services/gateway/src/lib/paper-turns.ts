/** What may wait at once. */
const WAITING_LIMIT = 10_000;

/** Too much waits: it cannot be done as fast as it comes. */
export class TurnsOverflow extends Error {
  readonly code = 'TURNS_OVERFLOW';
}

/** Does one thing after another, at once where nothing is being done. */
export class Turns {
  /** The last thing that is being done; what comes meanwhile waits for it. */
  private tail: Promise<void> | undefined;
  private waiting = 0;

  constructor(
    /** Nothing is done any more once this says no. */
    private readonly goesOn: () => boolean,
    private readonly onError: (error: unknown) => void,
  ) {}

  take(work: () => Promise<void> | undefined): void {
    if (this.tail === undefined) {
      const doing = this.guarded(work);
      if (doing !== undefined) this.follow(doing);
      return;
    }
    this.waiting += 1;
    if (this.waiting > WAITING_LIMIT)
      this.onError(new TurnsOverflow(`More than ${WAITING_LIMIT} wait for their turn.`));
    this.follow(
      this.tail.then(() => {
        this.waiting -= 1;
        return this.guarded(work);
      }),
    );
  }

  private follow(doing: Promise<void>): void {
    const tail = doing.then(() => {
      if (this.tail === tail) this.tail = undefined;
    });
    this.tail = tail;
  }

  private guarded(work: () => Promise<void> | undefined): Promise<void> | undefined {
    if (!this.goesOn()) return undefined;
    try {
      return work()?.catch((error: unknown) => this.onError(error));
    } catch (error) {
      this.onError(error);
      return undefined;
    }
  }
}
