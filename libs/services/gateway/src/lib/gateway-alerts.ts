import type { AlertSink } from '@trading/platform-alerting';

/** A live terminal that is back sooner is nobody's business. */
const LOST_AFTER_MS = 30_000;

/** Tells people of terminals that stay away and of accounts that the gateway holds by itself. */
export class GatewayAlerts {
  private readonly away = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly alerts: AlertSink,
    private readonly lostAfterMs = LOST_AFTER_MS,
  ) {}

  /** A live terminal is gone; told when it stays away. */
  gone(accountId: string, reason: string): void {
    if (this.away.has(accountId)) return;
    const tell = (): void => {
      const seconds = String(this.lostAfterMs / 1_000);
      this.alerts.raise({
        code: 'TERMINAL_LOST',
        severity: 'critical',
        text: `The terminal of account ${accountId} has been away for ${seconds} s.`,
        about: accountId,
        facts: { account: accountId, reason },
      });
    };
    this.away.set(accountId, setTimeout(tell, this.lostAfterMs).unref());
  }

  back(accountId: string): void {
    clearTimeout(this.away.get(accountId));
    this.away.delete(accountId);
  }

  held(accountId: string, reason: string): void {
    this.alerts.raise({
      code: 'GATEWAY_HALTED',
      severity: 'critical',
      text: `The gateway holds account ${accountId}: ${reason}`,
      about: accountId,
      facts: { account: accountId, reason },
    });
  }

  close(): void {
    for (const accountId of [...this.away.keys()]) this.back(accountId);
  }
}
