import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { haltAccount, type HaltOutcome } from '../halt/halt-account';
import { accountChoice, chosenAccounts } from '../system/accounts';

export const haltCommand: Command = {
  name: 'halt',
  usage: '[ACCOUNT | --all] [--reason TEXT]',
  summary: 'Stop an account from opening positions, at risk-manager and at the gateway',
  about: [
    'Works while execution or risk-manager is down: each door is asked by itself and reported. The halt survives',
    'restarts; ./trade resume ends it. Open positions stay, with their stops: ./trade flatten closes them. Without an',
    'account, all are halted.',
  ].join('\n'),
  options: {
    all: { type: 'boolean', about: 'All accounts' },
    reason: { type: 'string', value: 'TEXT', about: 'Kept with the halt, for those who find it' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 1,
  run: async (context) => {
    const { console, options } = context;
    const choice = accountChoice(context);
    const system = await context.connect({ ...context, asOperator: true });
    try {
      const reason = options.text('reason') ?? 'halted by the operator';
      // In doubt, everything: a halt harms nobody.
      const accounts = await chosenAccounts(choice.kind === 'unsaid' ? { kind: 'all' } : choice, system, 'known');
      const outcomes = await Promise.all(accounts.map((accountId) => haltAccount(system.clients, accountId, reason)));
      console.out(
        options.flag('json') ? JSON.stringify({ reason, accounts: outcomes }) : outcomes.map(haltWords).join('\n'),
      );
      return outcomes.every(({ halted }) => halted) ? 0 : 1;
    } finally {
      system.close();
    }
  },
};

/** One account's halt, a line for the account and one for each door. */
export function haltWords({ accountId, halted, doors }: HaltOutcome): string {
  return [
    halted ? `${accountId} is halted.` : `${accountId} could NOT be halted.`,
    ...doors.map(({ door, ok, message }) => `  ${door}: ${ok ? '' : 'FAILED: '}${message}`),
  ].join('\n');
}
