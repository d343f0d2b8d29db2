import { systemClock } from '@trading/platform-config';
import type { GatewayAlerts } from './gateway-alerts';
import type { SessionDirectory } from './session-directory';

/** The gateway's own durable halts: they hold although every other service is away. */
export class HaltFlags {
  private readonly reasons = new Map<string, string>();

  constructor(
    private readonly directory: Pick<SessionDirectory, 'haltFlags' | 'setHalt' | 'clearHalt'>,
    private readonly alerts: Pick<GatewayAlerts, 'held'>,
  ) {}

  /** Adds what was set before, also through another gateway; before a terminal may be told anything. */
  async load(): Promise<void> {
    for (const [accountId, reason] of await this.directory.haltFlags()) this.reasons.set(accountId, reason);
  }

  has(accountId: string): boolean {
    return this.reasons.has(accountId);
  }

  reason(accountId: string): string {
    return this.reasons.get(accountId) ?? '';
  }

  /** Holds from the call on; it throws when the halt could not be made durable, and holds all the same. */
  async set(accountId: string, reason: string): Promise<void> {
    this.reasons.set(accountId, reason);
    this.alerts.held(accountId, reason);
    await this.directory.setHalt(accountId, reason, systemClock.nowUs());
  }

  async clear(accountId: string): Promise<void> {
    await this.directory.clearHalt(accountId);
    this.reasons.delete(accountId);
  }
}
