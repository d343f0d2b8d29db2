import type { execution, ServiceClients } from '@trading/contracts';
import { CliError } from '../cli/cli-error';
import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { differencesOf, tellDifferences } from '../story/tell-differences';
import { tellStory } from '../story/tell-story';
import { chosenAccounts } from '../system/accounts';
import { isRpcError } from '../system/paragraph-of';

export const explainCommand: Command = {
  name: 'explain',
  usage: '[ORDER | DECISION | last] [--account ACCOUNT]',
  summary: 'Tell why an order or a decision came about, step by step',
  about: [
    'Takes a client order id, a decision id, or `last` (the default): the last decision that ordered. --json gives every',
    'feature and field.',
  ].join('\n'),
  options: {
    account: { type: 'string', value: 'ACCOUNT', about: 'Whose (default: every account is looked through)' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 1,
  run: async (context) => {
    const { console, options } = context;
    const [id = 'last'] = context.positionals;
    const system = await context.connect(context);
    try {
      const accountId = options.text('account');
      const choice = accountId === undefined ? ({ kind: 'all' } as const) : ({ kind: 'named', accountId } as const);
      // An id may be of a finished run; the last decision is one of the run that is on.
      const accounts = await chosenAccounts(choice, system, id === 'last' ? 'current' : 'known');
      if (id === 'last' && accounts.length > 1) {
        throw new CliError(`Say whose last decision with --account: ${accounts.join(', ')}.`, 2);
      }
      const story = await findStory(system.clients, accounts, id);
      const differences = await differencesAbout(system.clients, story.orders);
      console.out(
        options.flag('json')
          ? JSON.stringify({ ...story, differences })
          : [tellStory(story), ...tellDifferences(differences)].join('\n\n'),
      );
      return 0;
    } finally {
      system.close();
    }
  },
};

/** Execution may be away, or not compare at all: the story is told without. */
async function differencesAbout(
  { execution: client }: Pick<ServiceClients, 'execution'>,
  orders: readonly execution.Order[],
): Promise<execution.Difference[]> {
  const accountId = orders[0]?.request?.accountId;
  if (accountId === undefined) return [];
  try {
    return differencesOf(orders, (await client.listDifferences({ accountId, all: true })).differences);
  } catch {
    return [];
  }
}

async function findStory({ decision }: Pick<ServiceClients, 'decision'>, accounts: readonly string[], id: string) {
  let missing: unknown;
  for (const accountId of accounts) {
    try {
      return await decision.explain({ accountId, id });
    } catch (error) {
      if (!isRpcError(error) || error.status !== 'NOT_FOUND') throw error;
      missing = error;
    }
  }
  const what =
    id === 'last' ? 'There is no decision yet that ordered anything' : `Nobody knows an order or a decision ${id}`;
  throw new CliError(`${what} (looked through ${accounts.join(', ')}).`, 1, { cause: missing });
}
