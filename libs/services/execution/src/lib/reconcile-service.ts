import { execution } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { RpcError } from '@trading/platform-grpc';
import { counter } from '@trading/platform-metrics';
import { SEARCH_MARGIN_US } from '@trading/trading-reconciliation';
import { DifferenceDesk, type DifferencePorts } from './difference-desk';
import { DifferenceStore } from './difference-store';
import { reconcileAccount, type ComparePorts, type Compared } from './reconcile-account';
import { Doubts } from './reconcile-doubts';
import { resolveDifference } from './reconcile-resolve';
import type { ComparedAccount, ReconcileCause, ReconciliationPort } from './reconciliation-port';

export interface ReconcilePorts extends DifferencePorts, ComparePorts {
  readonly monotonicMs: () => number;
}

/** As a process has them. */
export function reconciliationsOf(
  ports: Omit<ReconcilePorts, 'differences' | 'pause' | 'monotonicMs'> &
    Partial<Pick<ReconcilePorts, 'monotonicMs' | 'pause'>>,
): Reconciliations {
  return new Reconciliations({
    differences: new DifferenceStore(ports.database),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    monotonicMs: () => performance.now(),
    ...ports,
  });
}

const HOUR_US = 3_600_000_000;
const runs = counter('trading_execution_reconciliations_total', 'Comparisons with the broker.', ['cause', 'outcome']);

/** Compares accounts with their brokers, one comparison of an account at a time. */
export class Reconciliations implements ReconciliationPort {
  readonly desk: DifferenceDesk;
  private readonly tails = new Map<string, Promise<unknown>>();
  private readonly doubts = new Map<string, Doubts>();
  /** Sessions whose synchronisation was ended. */
  private readonly ended = new Map<string, string>();
  private readonly wideAt = new Map<string, number>();

  constructor(private readonly ports: ReconcilePorts) {
    this.desk = new DifferenceDesk(ports);
  }

  reconcile(account: ComparedAccount, cause: ReconcileCause): Promise<execution.Reconciliation> {
    return this.inTurn(account, () => this.run(account, cause));
  }

  async listDifferences(request: execution.ListDifferencesRequest): Promise<execution.ListDifferencesResponse> {
    return { differences: await this.ports.differences.list(request.accountId, request.all) };
  }

  resolveDifference(
    account: ComparedAccount,
    request: execution.ResolveDifferenceRequest,
    by: string,
  ): Promise<execution.Difference> {
    const compare = () => this.compare(account, 'operator', true);
    return this.inTurn(account, () =>
      resolveDifference(account, request, by, { ...this.ports, desk: this.desk, compare }),
    );
  }

  private async run(account: ComparedAccount, cause: ReconcileCause): Promise<execution.Reconciliation> {
    const { accountId } = account.writer;
    // In simulated time the terminal repeats in its place whatever is missing.
    if (account.isSimulated && cause !== 'operator') {
      await this.endSync(account);
      return answer(accountId, { message: 'Simulated time: the terminal repeats what is missing.' });
    }
    let compared: Compared | undefined;
    try {
      compared = await this.compare(account, cause, !account.isSimulated);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      runs.inc({ cause, outcome: 'unreachable' });
      return answer(accountId, { message: `The terminal could not be asked: ${error.message}` });
    }
    const outcome = compared === undefined ? 'restless' : compared.comparison.complete ? 'complete' : 'incomplete';
    runs.inc({ cause, outcome });
    if (compared === undefined)
      return answer(accountId, { message: 'Too much happened at once to compare; try again later.' });
    return this.conclude(account, compared);
  }

  private async conclude(account: ComparedAccount, compared: Compared): Promise<execution.Reconciliation> {
    const { writer } = account;
    const { accountId } = writer;
    const { comparison, fetched, settled, booked } = compared;
    const facts = { settled: [...settled], bookedEvents: booked.length, complete: comparison.complete };
    if (account.isSimulated) {
      const missing = comparison.toBook.length;
      const message = missing === 0 ? '' : `${missing} events of the terminal are not booked yet.`;
      const differences = comparison.differences.map((each) => this.desk.messageOf(accountId, each));
      return answer(accountId, { ...facts, differences, message });
    }
    if (!comparison.complete)
      return answer(accountId, { ...facts, message: 'The terminal is not connected to its broker.' });
    const differences = await this.desk.record(writer, comparison.differences, fetched.view.timeUs);
    await this.endSync(account);
    const dismissed = comparison.differences.length - differences.length;
    const message = dismissed === 0 ? '' : `What was dismissed stands as it was (${dismissed}).`;
    return answer(accountId, { ...facts, differences, message });
  }

  private async compare(
    account: ComparedAccount,
    cause: ReconcileCause,
    books: boolean,
  ): Promise<Compared | undefined> {
    const fromUs = await this.fromUs(account, cause);
    const ports = {
      ...this.ports,
      beforeBooking: (found: Parameters<DifferenceDesk['haltForForeign']>[0]) => this.desk.haltForForeign(found),
    };
    return reconcileAccount(account, ports, this.doubtsOf(account.writer.accountId), { fromUs, books });
  }

  /**
   * A day before the last time that all was equal, because tickets tell what is known; every minute an hour does, and
   * once an hour the day. Always as far back as orders whose outcome is looked for, and the day while a difference is
   * open: not having looked where it was found does not mean that it is gone.
   */
  private async fromUs({ writer }: ComparedAccount, cause: ReconcileCause): Promise<number> {
    const { accountId } = writer;
    const [watermarkUs, oldestUs, open] = await Promise.all([
      this.ports.differences.watermarkUs(accountId),
      this.ports.differences.oldestUnresolvedUs(accountId),
      this.ports.differences.list(accountId, false),
    ]);
    const now = this.ports.monotonicMs();
    const isDue = now - (this.wideAt.get(accountId) ?? -Infinity) >= HOUR_US / 1000;
    const isWide = cause !== 'timer' || open.length > 0 || isDue;
    if (isWide) this.wideAt.set(accountId, now);
    const overlapUs = isWide ? 24 * HOUR_US : HOUR_US;
    const sinceUs = Math.max(0, watermarkUs - overlapUs);
    return oldestUs === undefined ? sinceUs : Math.max(0, Math.min(sinceUs, oldestUs - SEARCH_MARGIN_US));
  }

  /** Submits are taken again; a gateway that does not hear of it is told by the next comparison. */
  private async endSync({ writer: { accountId, outbox } }: ComparedAccount): Promise<void> {
    const { sessionId } = outbox;
    if (this.ended.get(accountId) === sessionId) return;
    try {
      await this.ports.gateway.endSync({ accountId, sessionId });
      this.ended.set(accountId, sessionId);
    } catch (error) {
      this.ports.logger.warn({ accountId, error: String(error) }, 'The gateway was not told that all is compared.');
    }
  }

  private doubtsOf(accountId: string): Doubts {
    let found = this.doubts.get(accountId);
    if (found === undefined) {
      found = new Doubts(this.ports.gateway, this.ports.logger, this.ports.monotonicMs);
      this.doubts.set(accountId, found);
    }
    return found;
  }

  private inTurn<R>({ writer: { accountId } }: ComparedAccount, work: () => Promise<R>): Promise<R> {
    const run = (this.tails.get(accountId) ?? Promise.resolve()).then(work, work);
    this.tails.set(
      accountId,
      run.catch(() => undefined),
    );
    return run;
  }
}

function answer(accountId: string, facts: Partial<execution.Reconciliation>): execution.Reconciliation {
  return execution.Reconciliation.fromPartial({ accountId, timeUs: systemClock.nowUs(), ...facts });
}
