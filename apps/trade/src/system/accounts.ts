import { CliError, UsageError } from '../cli/cli-error';
import type { CommandContext } from '../cli/command';
import { isRpcError, isUnreachable } from './paragraph-of';
import type { System } from './system';

/**
 * All accounts that any door knows, sorted: execution, risk-manager and gateway are asked, and those that are away are
 * done without.
 * @throws CliError when nothing answers at all
 */
export async function knownAccounts(system: System): Promise<string[]> {
  const { execution, riskManager, gateway } = system.clients;
  const asked = await Promise.allSettled([
    execution.listAccounts({}).then(({ accounts }) => accounts.map(({ accountId }) => accountId)),
    riskManager.getTradingState({ accountId: '' }).then(({ accounts }) => accounts.map(({ accountId }) => accountId)),
    gateway.listSessions({}).then(({ sessions }) => sessions.map(({ accountId }) => accountId)),
  ]);
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (answers.length === 0) throw notAnswering(system, asked);
  return [...new Set([...system.accounts, ...answers.flat()])].sort();
}

/** What the command line says about accounts. */
export type AccountChoice =
  { readonly kind: 'named'; readonly accountId: string } | { readonly kind: 'all' } | { readonly kind: 'unsaid' };

/** @throws UsageError when both an account and `--all` are given */
export function accountChoice({
  options,
  positionals,
}: Pick<CommandContext, 'options' | 'positionals'>): AccountChoice {
  const [accountId] = positionals;
  if (accountId === undefined) return { kind: options.flag('all') ? 'all' : 'unsaid' };
  if (options.flag('all')) throw new UsageError(`Say either ${accountId} or --all, not both.`);
  return { kind: 'named', accountId };
}

/**
 * The accounts that are meant. Unsaid means the only one there is.
 * @throws UsageError when several could be meant; CliError when there is none
 */
export async function chosenAccounts(choice: AccountChoice, system: System): Promise<string[]> {
  if (choice.kind === 'named') return [choice.accountId];
  const known = await knownAccounts(system);
  if (known.length === 0) throw new CliError('The system has no account yet.');
  if (choice.kind === 'unsaid' && known.length > 1) {
    throw new UsageError(`Say which account, or --all: ${known.join(', ')}.`);
  }
  return known;
}

function notAnswering(system: System, asked: readonly PromiseSettledResult<unknown>[]): Error {
  const reasons = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const other = reasons.find((reason) => !isRpcError(reason) || !isUnreachable(reason));
  if (other instanceof Error) return other;
  return new CliError(
    `Nothing answers at ${system.grpcAddress}: the system is not running, or is about to start or stop. ./trade up starts it.`,
  );
}
