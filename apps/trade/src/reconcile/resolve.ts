import { execution } from '@trading/contracts';
import { CliError, UsageError } from '../cli/cli-error';
import { type Command, type CommandContext, SYSTEM_OPTIONS } from '../cli/command';
import type { System } from '../system/system';
import { differenceWords } from './difference-words';

/** A command that says an operator's word on a difference. */
export function resolvingCommand(facts: {
  readonly name: string;
  readonly summary: string;
  readonly about: readonly string[];
  readonly resolution: execution.DifferenceStatus;
}): Command {
  const isAdopting = facts.resolution === execution.DifferenceStatus.ADOPTED;
  return {
    name: facts.name,
    usage: `ID${isAdopting ? ' [--ticket N]' : ''} --reason TEXT [--account ACCOUNT]`,
    summary: facts.summary,
    about: facts.about.join('\n'),
    options: {
      ...(isAdopting
        ? { ticket: { type: 'string', value: 'N', about: 'Which of several candidates an order is' } as const }
        : {}),
      reason: { type: 'string', value: 'TEXT', about: 'Why; kept in the audit' },
      account: { type: 'string', value: 'ACCOUNT', about: 'Whose (default: the one that has this difference)' },
      ...SYSTEM_OPTIONS,
    },
    maxPositionals: 1,
    run: (context) => resolve(context, facts.name, facts.resolution),
  };
}

async function resolve(context: CommandContext, name: string, resolution: execution.DifferenceStatus): Promise<number> {
  const { console, options, positionals } = context;
  const [differenceId] = positionals;
  const reason = options.text('reason');
  if (differenceId === undefined) throw new UsageError(`Say which difference; ./trade differences lists them.`);
  if (reason === undefined) throw new UsageError(`Say why: ./trade ${name} ${differenceId} --reason TEXT.`);
  const system = await context.connect({ ...context, asOperator: true });
  try {
    const accountId = options.text('account') ?? (await ownerOf(system, differenceId));
    const brokerTicket = options.text('ticket') ?? '';
    const request = { accountId, differenceId, resolution, reason, brokerTicket };
    const resolved = await system.clients.execution.resolveDifference(request);
    const { differences } = await system.clients.execution.listDifferences({ accountId, all: false });
    const left =
      differences.length === 0
        ? `${accountId} has no differences any more. It stays halted until ./trade resume ${accountId}.`
        : `${accountId} still has ${differences.length}: ./trade differences ${accountId}`;
    const text = `${differenceWords(resolved)}\n${left}`;
    console.out(options.flag('json') ? JSON.stringify({ resolved, open: differences }) : text);
    return 0;
  } finally {
    system.close();
  }
}

async function ownerOf(system: System, differenceId: string): Promise<string> {
  const { differences } = await system.clients.execution.listDifferences({ accountId: '', all: true });
  const owners = differences.filter((each) => each.differenceId === differenceId).map(({ accountId }) => accountId);
  const [owner, another] = owners;
  if (owner === undefined)
    throw new CliError(`There is no difference ${differenceId}. ./trade differences lists them.`);
  if (another !== undefined) throw new UsageError(`Say whose with --account: ${owners.join(', ')}.`);
  return owner;
}
