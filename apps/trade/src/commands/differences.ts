import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { differenceWords } from '../reconcile/difference-words';

export const differencesCommand: Command = {
  name: 'differences',
  usage: '[ACCOUNT] [--all]',
  summary: 'List what books and broker disagree about',
  about: 'As the last comparison of each account left it; ./trade reconcile compares now.',
  options: {
    all: { type: 'boolean', about: 'Also those that are adopted, dismissed or gone' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 1,
  run: async (context) => {
    const { console, options, positionals } = context;
    const system = await context.connect(context);
    try {
      const request = { accountId: positionals[0] ?? '', all: options.flag('all') };
      const { differences } = await system.clients.execution.listDifferences(request);
      const text = differences.length === 0 ? 'No differences.' : differences.map(differenceWords).join('\n');
      console.out(options.flag('json') ? JSON.stringify(differences) : text);
      return 0;
    } finally {
      system.close();
    }
  },
};
