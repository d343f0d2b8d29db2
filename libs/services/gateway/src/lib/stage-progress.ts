/** Waits for the stages behind a barrier of simulated time. One barrier of an account is open at a time. */
export class StageProgress {
  private readonly passed = new Map<string, Map<string, number>>();
  private readonly waiting = new Map<string, { readonly n: number; readonly done: () => void }>();

  /** `stages`: the sources whose progress ends a barrier. */
  constructor(private readonly stages: readonly string[]) {}

  /** Called for every progress message. */
  report(progress: { readonly source: string; readonly accountId: string; readonly n: number }): void {
    let stages = this.passed.get(progress.accountId);
    if (stages === undefined) this.passed.set(progress.accountId, (stages = new Map()));
    stages.set(progress.source, progress.n);
    const waiting = this.waiting.get(progress.accountId);
    if (waiting !== undefined && this.complete(progress.accountId, waiting.n)) {
      this.waiting.delete(progress.accountId);
      waiting.done();
    }
  }

  /** Forgets an account's progress: its session starts again from an earlier barrier. */
  reset(accountId: string): void {
    this.passed.delete(accountId);
    this.waiting.delete(accountId);
  }

  /** Resolves when every stage has passed barrier `n`. */
  waitFor(accountId: string, n: number): Promise<void> | undefined {
    if (this.complete(accountId, n)) return undefined;
    return new Promise((done) => this.waiting.set(accountId, { n, done }));
  }

  /** Stages that have not passed barrier `n`. */
  missing(accountId: string, n: number): readonly string[] {
    const stages = this.passed.get(accountId);
    return this.stages.filter((stage) => stages?.get(stage) !== n);
  }

  private complete(accountId: string, n: number): boolean {
    const stages = this.passed.get(accountId);
    return stages !== undefined && this.stages.every((stage) => stages.get(stage) === n);
  }
}
