import type { StageProgress } from './stage-progress';

/** What a released barrier still waits for a stage. */
const RELEASED_PATIENCE_MS = 500;

/** Where simulated time of one session waits for its stages, until an operator has it go on without them. */
export class BarrierGate {
  private isReleased = false;
  private onRelease: (() => void) | undefined;

  constructor(
    private readonly progress: StageProgress,
    private readonly accountId: string,
    private readonly sessionId: string,
    /** How long a barrier may stay open before `onStuck` is called. */
    private readonly patienceMs: number,
    private readonly onStuck: () => void,
  ) {}

  /** From now on no barrier waits for long. */
  release(): void {
    this.isReleased = true;
    this.onRelease?.();
  }

  /** Whether every stage passed the barrier; false when the session is over or the stages were given up. */
  async pass(n: number): Promise<boolean> {
    const passed = this.progress.waitFor(this.accountId, this.sessionId, n);
    if (typeof passed === 'boolean') return passed;
    let timer: NodeJS.Timeout | undefined;
    const givenUp = new Promise<false>((resolve) => {
      this.onRelease = () => (timer ??= setTimeout(() => resolve(false), RELEASED_PATIENCE_MS));
    });
    if (this.isReleased) this.onRelease?.();
    const stuck = setTimeout(() => this.onStuck(), this.patienceMs);
    const result = await Promise.race([passed, givenUp]);
    clearTimeout(timer);
    clearTimeout(stuck);
    this.onRelease = undefined;
    return result;
  }
}
