import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { reconciliationWords } from '../reconcile/difference-words';
import { accountChoice, chosenAccounts } from '../system/accounts';

const BOOKS_DIFFER = 4;

export const reconcileCommand: Command = {
  name: 'reconcile',
  usage: '[ACCOUNT | --all]',
  summary: 'Compare the books with the broker now',
  about: [
    "Asks the terminal for its orders, positions, history and balance. What the broker's history proves is booked; what",
    'nothing explains is a difference, which halts the account until ./trade adopt or ./trade dismiss. It never trades.',
    'Live accounts are compared when a terminal connects and every minute besides. The exit code is 4 when books and',
    'broker differ, 1 when they could not be compared.',
  ].join('\n'),
  options: { all: { type: 'boolean', about: 'All accounts that are traded now' }, ...SYSTEM_OPTIONS },
  maxPositionals: 1,
  run: async (context) => {
    const { console, options } = context;
    const system = await context.connect({ ...context, asOperator: true });
    try {
      const accounts = await chosenAccounts(accountChoice(context), system);
      const done = await Promise.all(accounts.map((accountId) => system.clients.execution.reconcile({ accountId })));
      console.out(options.flag('json') ? JSON.stringify(done) : done.map(reconciliationWords).join('\n'));
      if (done.some(({ complete }) => !complete)) return 1;
      return done.some(({ differences }) => differences.length > 0) ? BOOKS_DIFFER : 0;
    } finally {
      system.close();
    }
  },
};
