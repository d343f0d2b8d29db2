import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { takeStatus } from '../system/status-report';
import { accountsWords } from '../system/status-words';

export const accountsCommand: Command = {
  name: 'accounts',
  usage: '',
  summary: 'List the accounts with their money and trading state',
  about: '',
  options: SYSTEM_OPTIONS,
  maxPositionals: 0,
  run: async (context) => {
    const { console, options } = context;
    const system = await context.connect(context);
    try {
      const { accounts, states } = await takeStatus(system);
      console.out(options.flag('json') ? JSON.stringify({ accounts, states }) : accountsWords({ accounts, states }));
      return accounts.ok && states.ok ? 0 : 1;
    } finally {
      system.close();
    }
  },
};
