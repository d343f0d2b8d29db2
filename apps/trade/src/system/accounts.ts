import { CliError, UsageError } from '../cli/cli-error';
import type { CommandContext } from '../cli/command';
import { suggest } from '../cli/suggest';
import { isRpcError, isUnreachable } from './paragraph-of';
import type { System } from './system';

/** What the doors of a system know about accounts. */
export interface AccountDirectory {
  /** All that any door knows, those of finished runs included; sorted. */
  readonly known: readonly string[];
  /** Those that the system trades now: it named them when it started, or a terminal of theirs has connected. */
  readonly current: readonly string[];
  /** Every door answered: an account that is not known does not exist. */
  readonly isComplete: boolean;
}

/**
 * Asks execution, risk-manager and gateway; those that are away are done without.
 * @throws CliError when nothing answers at all
 */
export async function accountDirectory(system: System): Promise<AccountDirectory> {
  const { execution, riskManager, gateway } = system.clients;
  const asked = await Promise.allSettled([
    gateway.listSessions({}).then(({ sessions }) => sessions.map(idOf)),
    execution.listAccounts({}).then(({ accounts }) => accounts.map(idOf)),
    riskManager.getTradingState({ accountId: '' }).then(({ accounts }) => accounts.map(idOf)),
  ]);
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (answers.length === 0) throw notAnswering(system, asked);
  const [sessions] = asked;
  const current = sorted([...system.accounts, ...(sessions.status === 'fulfilled' ? sessions.value : [])]);
  const known = sorted([...current, ...answers.flat()]);
  return { known, current: current.length > 0 ? current : known, isComplete: answers.length === asked.length };
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
 * The accounts that are meant. Unsaid means the only one that is traded now. A named account has to exist as far as that
 * can be known, so that nobody halts a misspelt one and believes it done; while a door is away, any name is taken.
 * @param all what `--all` covers
 * @throws UsageError when several could be meant or none has that name; CliError when there is none
 */
export async function chosenAccounts(
  choice: AccountChoice,
  system: System,
  all: 'known' | 'current' = 'current',
): Promise<readonly string[]> {
  if (choice.kind === 'named') {
    const { accountId } = choice;
    // With no door to list accounts, each door will say for itself what is wrong.
    const directory = await accountDirectory(system).catch(() => undefined);
    if (directory?.isComplete === true && !directory.known.includes(accountId))
      throw unknownAccount(accountId, directory);
    return [accountId];
  }
  const directory = await accountDirectory(system);
  const accounts = choice.kind === 'all' ? directory[all] : directory.current;
  if (accounts.length === 0) throw new CliError('The system has no account yet.');
  if (choice.kind === 'unsaid' && accounts.length > 1) {
    throw new UsageError(`Say which account, or --all: ${accounts.join(', ')}.`);
  }
  return accounts;
}

function unknownAccount(accountId: string, { known }: AccountDirectory): UsageError {
  const meant = suggest(accountId, known);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  const there = known.length === 0 ? 'There is none yet.' : `There are: ${known.join(', ')}.`;
  return new UsageError(`There is no account ${accountId}.${hint} ${there}`);
}

function notAnswering(system: System, asked: readonly PromiseSettledResult<unknown>[]): Error {
  const reasons = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const other = reasons.find((reason) => !isRpcError(reason) || !isUnreachable(reason));
  if (other instanceof Error) return other;
  return new CliError(
    `Nothing answers at ${system.grpcAddress}: the system is not running, or is about to start or stop. ./trade up starts it.`,
  );
}

function idOf({ accountId }: { readonly accountId: string }): string {
  return accountId;
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
