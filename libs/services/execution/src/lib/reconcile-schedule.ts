import type { Logger } from '@trading/platform-logging';
import type { execution } from '@trading/contracts';
import type { ExecutionStage } from './execution-stage';
import type { ReconcileCause, ReconciliationPort } from './reconciliation-port';

const EVERY_MS = 60_000;
/** Orders whose outcome is unknown are looked for more often. */
const UNKNOWN_EVERY_MS = 5_000;
/** The first comparison of a session is tried again until it could be made: orders may wait for it. */
const SESSION_AGAIN_MS = 5_000;

/** When live accounts are compared with their brokers: when a session begins, every minute, and for each UNKNOWN. */
export class ReconcileSchedule {
  private readonly doneMs = new Map<string, number>();
  /** When the first comparison of a session was tried last. */
  private readonly triedMs = new Map<string, number>();
  private readonly running = new Map<string, Promise<execution.Reconciliation>>();

  constructor(
    private readonly port: ReconciliationPort,
    private readonly logger: Logger,
    private readonly monotonicMs: () => number,
  ) {}

  /** A session has begun: everything is compared anew. In simulated time there is nothing but to say so. */
  onSession(stage: ExecutionStage): void {
    const { accountId } = stage.writer;
    this.doneMs.delete(accountId);
    this.triedMs.delete(accountId);
    if (!stage.isSimulated) return;
    this.run(stage, 'session').catch((error: unknown) =>
      this.logger.warn({ accountId, error: String(error) }, 'The begin of a session could not be confirmed.'),
    );
  }

  /** Compares an account when that is due. Never throws. */
  async look(stage: ExecutionStage): Promise<void> {
    const { accountId } = stage.writer;
    if (stage.isSimulated || !stage.isReady || this.running.has(accountId)) return;
    const cause = this.causeFor(stage);
    if (cause === undefined) return;
    const nowMs = this.monotonicMs();
    if (cause === 'session') this.triedMs.set(accountId, nowMs);
    else this.doneMs.set(accountId, nowMs);
    try {
      const { complete } = await this.run(stage, cause);
      if (cause === 'session' && complete) this.doneMs.set(accountId, nowMs);
      if (cause !== 'unknown') await stage.writer.exclusive(() => stage.releaseReservations());
    } catch (error) {
      this.logger.warn({ accountId, cause, error: String(error) }, 'An account could not be compared with its broker.');
    }
  }

  /** One at a time for each account. */
  async run(stage: ExecutionStage, cause: ReconcileCause): Promise<execution.Reconciliation> {
    const { accountId } = stage.writer;
    const before = this.running.get(accountId);
    if (before !== undefined) await before.catch(() => undefined);
    const work = this.port.reconcile(stage, cause).finally(() => this.running.delete(accountId));
    this.running.set(accountId, work);
    return work;
  }

  private causeFor(stage: ExecutionStage): ReconcileCause | undefined {
    const last = this.doneMs.get(stage.writer.accountId);
    const nowMs = this.monotonicMs();
    const { accountId } = stage.writer;
    if (last === undefined)
      return nowMs - (this.triedMs.get(accountId) ?? -Infinity) >= SESSION_AGAIN_MS ? 'session' : undefined;
    const ageMs = nowMs - last;
    if (ageMs >= EVERY_MS) return 'timer';
    const isUnknown = stage.writer.working().some(({ view }) => view.state === 'UNKNOWN' && !view.ambiguous);
    return isUnknown && ageMs >= UNKNOWN_EVERY_MS ? 'unknown' : undefined;
  }
}
