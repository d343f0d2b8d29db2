import type { decision, execution, gateway, risk } from '@trading/contracts';
import { isRpcError, isUnreachable, paragraphOf } from './paragraph-of';
import type { Readiness } from './readiness';
import type { System } from './system';

/** What one part of the system said, or why it said nothing. */
export type Part<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export interface StatusReport {
  readonly readiness: Part<Readiness | undefined>;
  readonly sessions: Part<readonly gateway.TerminalSession[]>;
  readonly states: Part<readonly risk.AccountTradingState[]>;
  readonly accounts: Part<readonly execution.Account[]>;
  readonly positions: Part<readonly execution.Position[]>;
  readonly strategies: Part<readonly decision.StrategyStatus[]>;
}

/**
 * Asks every part at once; one that is away leaves a gap in the report.
 * @throws the failure of the call when no part answers
 */
export async function takeStatus({ clients, readiness }: System): Promise<StatusReport> {
  const { gateway, riskManager, execution, decision } = clients;
  const listed = execution.listAccounts({}).then(({ accounts }) => accounts);
  const asked = {
    readiness: readiness(),
    sessions: gateway.listSessions({}).then(({ sessions }) => sessions),
    states: riskManager.getTradingState({ accountId: '' }).then(({ accounts }) => accounts),
    accounts: listed,
    positions: listed.then((accounts) => positionsOf(execution, accounts)),
    strategies: decision.listStrategies({}).then(({ strategies }) => strategies),
  };
  const settled = await Promise.allSettled(Object.values(asked));
  const reasons = settled.flatMap((part) => (part.status === 'rejected' ? [part.reason as unknown] : []));
  const unreachable = reasons.filter((reason) => isRpcError(reason) && isUnreachable(reason));
  // Every gRPC call went unanswered: there is no system there, whatever else answers.
  if (unreachable.length >= Object.keys(asked).length - 1) throw unreachable[0];
  return {
    readiness: await part(asked.readiness),
    sessions: await part(asked.sessions),
    states: await part(asked.states),
    accounts: await part(asked.accounts),
    positions: await part(asked.positions),
    strategies: await part(asked.strategies),
  };
}

/**
 * The report of what a system trades now; accounts of finished runs are left out. Without `current`, all stay.
 * @param current accounts that the system named when it started
 */
export function reportOfCurrent(report: StatusReport, current: readonly string[]): StatusReport {
  if (current.length === 0) return report;
  const sessions = report.sessions.ok ? report.sessions.value.map(({ accountId }) => accountId) : [];
  const shown = new Set([...current, ...sessions]);
  const only = <T extends { readonly accountId: string }>(from: Part<readonly T[]>): Part<readonly T[]> =>
    from.ok ? { ok: true, value: from.value.filter(({ accountId }) => shown.has(accountId)) } : from;
  return {
    ...report,
    states: only(report.states),
    accounts: only(report.accounts),
    positions: only(report.positions),
  };
}

/** Why the report is no clean bill of health; empty when all is ready and every account may trade. */
export function concerns({ readiness, sessions, states }: StatusReport): string[] {
  const found: string[] = [];
  if (!readiness.ok) found.push(readiness.message);
  else if (readiness.value !== undefined) {
    for (const { service, isReady, failed } of readiness.value.services) {
      if (!isReady) found.push(`${service} is not ready: ${reasonsOf(failed)}`);
    }
  }
  if (!states.ok) found.push(`risk-manager does not say who may trade: ${states.message}`);
  else {
    for (const { accountId, state, reason } of states.value) {
      if (state === 'TRADING_STATE_HALTED') found.push(`${accountId} is halted: ${reason}`);
    }
  }
  if (!sessions.ok) found.push(`the gateway does not answer: ${sessions.message}`);
  else {
    for (const { accountId, halted } of sessions.value) {
      if (halted) found.push(`${accountId} is halted at the gateway.`);
    }
  }
  return found;
}

export function reasonsOf(reasons: Readonly<Record<string, string>>): string {
  return Object.entries(reasons)
    .map(([what, why]) => `${what}: ${why}`)
    .join('; ');
}

async function positionsOf(
  client: execution.ExecutionService,
  accounts: readonly execution.Account[],
): Promise<execution.Position[]> {
  const each = await Promise.all(accounts.map(({ accountId }) => client.listPositions({ accountId })));
  return each.flatMap(({ positions }) => positions).filter(({ volumeLots }) => Number(volumeLots) !== 0);
}

async function part<T>(answer: Promise<T>): Promise<Part<T>> {
  try {
    return { ok: true, value: await answer };
  } catch (error) {
    return { ok: false, message: paragraphOf(error).message };
  }
}
