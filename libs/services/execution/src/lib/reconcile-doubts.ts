import { gateway } from '@trading/contracts';
import type { Logger } from '@trading/platform-logging';
import type { Doubt } from '@trading/trading-reconciliation';

/** Two comparisons nearer to each other than this are one look. */
const APART_MS = 5_000;
const LOOKS_NEEDED = 2;

interface Look extends Doubt {
  readonly lastMs: number;
}

/**
 * How often UNKNOWN orders were looked for in vain, and what the terminal's journal says of those that seem not to be
 * there. Only in memory: after a restart they are looked for anew.
 */
export class Doubts {
  private readonly looks = new Map<string, Look>();

  constructor(
    private readonly client: Pick<gateway.GatewayService, 'queryOrder'>,
    private readonly logger: Logger,
    private readonly monotonicMs: () => number,
  ) {}

  get all(): ReadonlyMap<string, Doubt> {
    return this.looks;
  }

  /**
   * Counts one more look in vain for each. Those that were looked for often enough are asked about, which makes the
   * terminal refuse what it does not know. True: something became known, so that comparing again tells more.
   */
  async count(accountId: string, absent: readonly string[]): Promise<boolean> {
    const now = this.monotonicMs();
    let learnt = false;
    for (const coid of absent) {
      const before = this.looks.get(coid) ?? { absences: 0, lastMs: -Infinity };
      if (now - before.lastMs < APART_MS) continue;
      const look: Look = { ...before, absences: before.absences + 1, lastMs: now };
      const journal = look.absences < LOOKS_NEEDED ? undefined : await this.ask(accountId, coid);
      this.looks.set(coid, journal === undefined ? look : { ...look, journal });
      learnt ||= journal !== undefined;
    }
    return learnt;
  }

  forget(coid: string): void {
    this.looks.delete(coid);
  }

  /** A gateway that cannot be asked, and a terminal that has lost its broker, prove nothing. */
  private async ask(accountId: string, coid: string): Promise<Doubt['journal']> {
    try {
      const answer = await this.client.queryOrder({ accountId, coid, tombstone: true });
      if (answer.status === gateway.QueryStatus.KNOWN) return 'holds';
      return answer.status === gateway.QueryStatus.ABSENT && answer.tombstoned && answer.connected
        ? 'refuses'
        : undefined;
    } catch (error) {
      this.logger.warn({ accountId, coid, error: String(error) }, 'The gateway could not be asked about an order.');
      return undefined;
    }
  }
}
