import { CliError, UsageError } from '../cli/cli-error';
import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { resumeAccount } from '../halt/halt-account';
import { accountChoice, chosenAccounts } from '../system/accounts';

export const resumeCommand: Command = {
  name: 'resume',
  usage: 'ACCOUNT | --all [--yes] [--reason TEXT]',
  summary: 'Let a halted account trade again',
  about: "Clears the gateway's halt, then sets the account ACTIVE at risk-manager. Needs the operator's token.",
  options: {
    all: { type: 'boolean', about: 'All accounts' },
    yes: { type: 'boolean', about: 'Do not ask' },
    reason: { type: 'string', value: 'TEXT', about: 'Kept in the audit' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 1,
  run: async (context) => {
    const { console, options } = context;
    const choice = accountChoice(context);
    if (choice.kind === 'unsaid') throw new UsageError('Say which account to resume, or --all.');
    const system = await context.connect({ ...context, asOperator: true });
    try {
      const accounts = await chosenAccounts(choice, system);
      if (console.isInteractive && !options.flag('yes')) {
        const answer = await console.ask(`Let ${accounts.join(', ')} trade again? [y/N] `);
        if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Nothing was changed.');
      }
      const reason = options.text('reason') ?? 'resumed by the operator';
      const outcomes = await Promise.all(accounts.map((id) => resumeAccount(system.clients, id, reason)));
      const text = outcomes.map(({ accountId, halted, doors }) =>
        [
          halted ? `${accountId} could NOT be resumed; it stays halted.` : `${accountId} is ACTIVE.`,
          ...doors.map(({ door, ok, message }) => `  ${door}: ${ok ? '' : 'FAILED: '}${message}`),
        ].join('\n'),
      );
      console.out(options.flag('json') ? JSON.stringify({ reason, accounts: outcomes }) : text.join('\n'));
      return outcomes.every(({ halted }) => !halted) ? 0 : 1;
    } finally {
      system.close();
    }
  },
};
