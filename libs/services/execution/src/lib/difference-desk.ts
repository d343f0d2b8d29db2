import { execution, TOPICS, wire, type gateway, type risk } from '@trading/contracts';
import type { AlertSink } from '@trading/platform-alerting';
import { systemClock } from '@trading/platform-config';
import type { Database } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { EventBus } from '@trading/platform-messaging';
import { gauge, counter } from '@trading/platform-metrics';
import type { Difference } from '@trading/trading-reconciliation';
import type { AccountWriter } from './account-writer';
import type { DifferenceChange, DifferenceStore } from './difference-store';
import { differenceAlert } from './order-alerts';
import type { Compared } from './reconcile-account';

export interface DifferencePorts {
  readonly database: Database;
  readonly bus: EventBus;
  readonly differences: DifferenceStore;
  readonly gateway: gateway.GatewayService;
  readonly riskManager: risk.RiskManagerService;
  readonly alerts: AlertSink;
  readonly logger: Logger;
}

const found = counter('trading_execution_differences_total', 'Differences between books and broker, as found.', [
  'kind',
]);
const open = gauge('trading_execution_differences_open', 'Differences that nobody has resolved.', ['account']);
/** Whoever compares, in the audit. */
const COMPARISON = 'reconciliation';

/** Keeps, tells of and halts for what books and broker disagree about. */
export class DifferenceDesk {
  constructor(private readonly ports: DifferencePorts) {}

  /**
   * Takes over what a complete comparison has found: new ones are opened, those that it did not find any more are gone.
   * What an operator has dismissed stays dismissed. Halts the account while anything is open.
   */
  async record(
    writer: AccountWriter,
    differences: readonly Difference[],
    watermarkUs: number,
  ): Promise<execution.Difference[]> {
    const { accountId } = writer;
    const store = this.ports.differences;
    const known = new Map((await store.list(accountId, true)).map((each) => [each.differenceId, each]));
    const now = new Set(differences.map(({ differenceId }) => differenceId));
    const changed: [execution.Difference, DifferenceChange][] = [];
    const standing: execution.Difference[] = [];
    for (const difference of differences) {
      const before = known.get(difference.differenceId);
      if (before !== undefined && isRemembered(before)) continue;
      const message = this.messageOf(accountId, difference, before);
      standing.push(message);
      if (before?.status === 'DIFFERENCE_STATUS_OPEN' && before.message === message.message) continue;
      if (before?.status !== 'DIFFERENCE_STATUS_OPEN') found.inc({ kind: difference.kind.toLowerCase() });
      changed.push([message, { by: COMPARISON, reason: before === undefined ? 'found' : 'found again' }]);
    }
    for (const before of known.values()) {
      if (now.has(before.differenceId) || before.status !== 'DIFFERENCE_STATUS_OPEN') continue;
      const resolvedUs = systemClock.nowUs();
      const gone = { ...before, status: 'DIFFERENCE_STATUS_GONE', resolvedUs, resolvedBy: COMPARISON } as const;
      changed.push([gone, { by: COMPARISON, reason: 'not found any more' }]);
    }
    await this.ports.database.transaction(async (tx) => {
      await store.requireWriter(tx, writer);
      for (const [difference, change] of changed) await store.save(tx, difference, change);
      if (standing.length === 0) await store.moveWatermark(tx, accountId, watermarkUs);
    });
    open.set({ account: accountId }, standing.length);
    for (const [difference] of changed) await this.publish(writer, difference);
    for (const [difference] of changed) {
      if (difference.status === 'DIFFERENCE_STATUS_OPEN') this.ports.alerts.raise(differenceAlert(difference));
    }
    const isNew = changed.some(([{ status }]) => status === 'DIFFERENCE_STATUS_OPEN');
    if (standing.length > 0) await this.keepHalted(accountId, standing, isNew);
    return standing;
  }

  /** Somebody traded in the terminal while nobody listened. */
  async haltForForeign({ booked, books }: Pick<Compared, 'booked' | 'books'>): Promise<void> {
    const foreign = booked.flatMap((b) => (b.kind === 'deal' && b.deal.origin === 'EXTERNAL' ? [b.deal] : []));
    const [first] = foreign;
    if (first === undefined || books.externalOrders === 'adopt') return;
    await this.halt(books.accountId, `Somebody traded ${first.symbol} in the terminal (deal ${first.dealTicket}).`);
  }

  /** An operator's word on a difference. */
  async resolve(
    writer: AccountWriter,
    difference: execution.Difference,
    status: 'DIFFERENCE_STATUS_ADOPTED' | 'DIFFERENCE_STATUS_DISMISSED',
    change: DifferenceChange,
  ): Promise<execution.Difference> {
    const resolved = {
      ...difference,
      status,
      resolvedUs: systemClock.nowUs(),
      resolvedBy: change.by,
      reason: change.reason,
    };
    await this.ports.database.transaction(async (tx) => {
      await this.ports.differences.requireWriter(tx, writer);
      await this.ports.differences.save(tx, resolved, change);
    });
    const { message: _message, ...facts } = resolved;
    this.ports.logger.warn(facts, 'A difference was resolved by an operator.');
    await this.publish(writer, resolved);
    return resolved;
  }

  /** As a difference reads that is open since now, or since it was found before. */
  messageOf(
    accountId: string,
    { kind, candidates = [], ...facts }: Difference,
    before?: execution.Difference,
  ): execution.Difference {
    const isOpen = before?.status === 'DIFFERENCE_STATUS_OPEN';
    return execution.Difference.fromPartial({
      ...facts,
      candidates: [...candidates],
      accountId,
      kind: wire('DIFFERENCE_KIND', kind),
      status: 'DIFFERENCE_STATUS_OPEN',
      foundUs: isOpen ? before.foundUs : systemClock.nowUs(),
    });
  }

  private async publish(
    { accountId, outbox: { sessionId } }: AccountWriter,
    value: execution.Difference,
  ): Promise<void> {
    const facts = { accountId, differenceId: value.differenceId, status: value.status, kind: value.kind };
    if (value.status === 'DIFFERENCE_STATUS_OPEN') this.ports.logger.error(facts, value.message);
    const body = { $case: 'difference', value } as const;
    await this.ports.bus.publish(TOPICS.orderEvent, accountId, { accountId, sessionId, body });
  }

  private async keepHalted(
    accountId: string,
    standing: readonly execution.Difference[],
    isNew: boolean,
  ): Promise<void> {
    if (!isNew && (await this.isHalted(accountId))) return;
    const more = standing.length > 1 ? ` (and ${standing.length - 1} more)` : '';
    await this.halt(accountId, `Books and broker differ: ${standing[0]?.message ?? ''}${more}`);
  }

  /** Through risk-manager, and while that is away by the flag of the gateway, which it adopts on its return. */
  private async halt(accountId: string, reason: string): Promise<void> {
    const { riskManager, gateway: gatewayClient, logger } = this.ports;
    try {
      await riskManager.setTradingState({ accountId, state: 'TRADING_STATE_HALTED', reason });
    } catch (error) {
      logger.error(
        { accountId, error: String(error) },
        'risk-manager could not halt the account; the gateway is asked.',
      );
      await gatewayClient.setHalt({ accountId, halted: true, reason });
    }
  }

  /** In doubt it is not. */
  private async isHalted(accountId: string): Promise<boolean> {
    try {
      const { accounts } = await this.ports.riskManager.getTradingState({ accountId });
      return accounts.some((each) => each.accountId === accountId && each.state === 'TRADING_STATE_HALTED');
    } catch {
      return false;
    }
  }
}

/** An operator has said what is to be known of it. What was adopted otherwise is found again only if it is back. */
function isRemembered({ status, kind }: execution.Difference): boolean {
  const isAdopted = status === 'DIFFERENCE_STATUS_ADOPTED' && kind === 'DIFFERENCE_KIND_DEAL';
  return isAdopted || status === 'DIFFERENCE_STATUS_DISMISSED';
}
