import type { SessionDirectory } from './session-directory';

/** The highest fencing epoch of each account: nobody who holds a lower one reaches its terminal. */
export class Fences {
  private readonly epochs = new Map<string, number>();

  constructor(private readonly directory: Pick<SessionDirectory, 'fences' | 'raiseFence'>) {}

  /** Adds what was raised before, also through another gateway; before a terminal may be told anything. */
  async load(): Promise<void> {
    for (const [accountId, epoch] of await this.directory.fences()) this.hold(accountId, epoch);
  }

  /** 0 where nobody has fenced yet. */
  of(accountId: string): number {
    return this.epochs.get(accountId) ?? 0;
  }

  /**
   * Raises the fence and returns the highest one, which is higher than `epoch` for somebody who was replaced. Holds
   * from the call on; throws when it could not be made durable.
   */
  async raise(accountId: string, epoch: number): Promise<number> {
    this.hold(accountId, epoch);
    this.hold(accountId, await this.directory.raiseFence(accountId, epoch));
    return this.of(accountId);
  }

  private hold(accountId: string, epoch: number): void {
    if (epoch > this.of(accountId)) this.epochs.set(accountId, epoch);
  }
}
