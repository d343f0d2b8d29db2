import type { SessionDirectory } from './session-directory';

/** The gateway's own durable halts: they hold although every other service is away. */
export class HaltFlags {
  private readonly reasons = new Map<string, string>();

  constructor(private readonly directory: SessionDirectory) {}

  /** Reads what was set before; before terminals may connect. */
  async load(): Promise<void> {
    for (const [accountId, reason] of await this.directory.haltFlags()) this.reasons.set(accountId, reason);
  }

  has(accountId: string): boolean {
    return this.reasons.has(accountId);
  }

  reason(accountId: string): string {
    return this.reasons.get(accountId) ?? '';
  }

  async set(accountId: string, reason: string): Promise<void> {
    await this.directory.setHalt(accountId, reason, Date.now() * 1000);
    this.reasons.set(accountId, reason);
  }

  async clear(accountId: string): Promise<void> {
    await this.directory.clearHalt(accountId);
    this.reasons.delete(accountId);
  }
}
