import type { Database } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { ExecutionStage } from './execution-stage';
import type { OrderDesk } from './order-desk';
import type { CloseRequest } from './position-closing';

/**
 * Accounts that risk-manager wants flat. It says so once: what comes before a session has begun, or cannot be carried
 * out yet, is kept in the store and tried again. In simulated time it is said again at its barrier, and nothing is kept.
 */
export class WantedFlattens {
  /** Accounts of which something may be wanted. */
  private readonly due = new Set<string>();
  private readonly running = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly desk: Pick<OrderDesk, 'flatten'>,
    private readonly logger: Logger,
  ) {}

  async want(stage: ExecutionStage | undefined, wanted: CloseRequest): Promise<void> {
    this.logger.warn({ ...wanted }, 'risk-manager wants the account flat.');
    if (stage?.isSimulated === true) {
      await this.desk.flatten(stage, wanted);
      return;
    }
    const { accountId, requestId, reason } = wanted;
    await this.database.query(
      'INSERT INTO flatten_wanted (account_id, request_id, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [accountId, requestId, reason],
    );
    this.due.add(accountId);
    if (stage !== undefined) await this.carryOut(stage);
  }

  /** A session has begun: what was wanted before is due. */
  onSession(stage: ExecutionStage): void {
    const { accountId } = stage.writer;
    this.due.add(accountId);
    if (!stage.isSimulated) return;
    this.due.delete(accountId);
    this.database
      .query('DELETE FROM flatten_wanted WHERE account_id = $1', [accountId])
      .catch((error: unknown) => this.failed(accountId, error));
  }

  /** Flattens a live account if that is wanted. Never throws: what fails is tried again. */
  async carryOut(stage: ExecutionStage): Promise<void> {
    const { accountId } = stage.writer;
    if (!this.due.has(accountId) || !stage.isReady || stage.isSimulated || this.running.has(accountId)) return;
    this.running.add(accountId);
    try {
      const wanted = await this.wanted(accountId);
      for (const each of wanted) {
        await this.desk.flatten(stage, each);
        await this.database.query('DELETE FROM flatten_wanted WHERE account_id = $1 AND request_id = $2', [
          accountId,
          each.requestId,
        ]);
      }
      // What was wanted meanwhile is looked for again.
      if (wanted.length === 0) this.due.delete(accountId);
    } catch (error) {
      this.failed(accountId, error);
    } finally {
      this.running.delete(accountId);
    }
  }

  private async wanted(accountId: string): Promise<CloseRequest[]> {
    const rows = await this.database.query<{ request_id: string; reason: string }>(
      'SELECT request_id, reason FROM flatten_wanted WHERE account_id = $1 ORDER BY wanted, request_id',
      [accountId],
    );
    return rows.map(({ request_id: requestId, reason }) => ({ accountId, requestId, reason }));
  }

  private failed(accountId: string, error: unknown): void {
    this.logger.error({ accountId, error: String(error) }, 'The account could not be flattened yet.');
  }
}
