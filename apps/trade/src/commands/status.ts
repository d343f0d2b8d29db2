import { type Command, SYSTEM_OPTIONS } from '../cli/command';
import { concerns, reportOfCurrent, takeStatus } from '../system/status-report';
import { statusWords } from '../system/status-words';

const HALTED_OR_NOT_READY = 4;

export const statusCommand: Command = {
  name: 'status',
  usage: '[--check]',
  summary: 'Show services, terminals, accounts, positions and strategies',
  about: 'With --check, the exit code is 4 when an account is halted or something is not ready, for monitoring.',
  options: {
    check: { type: 'boolean', about: 'Exit code 4 when an account is halted or something is not ready' },
    ...SYSTEM_OPTIONS,
  },
  maxPositionals: 0,
  run: async (context) => {
    const { console, options } = context;
    const system = await context.connect(context);
    try {
      const report = reportOfCurrent(await takeStatus(system), system.accounts);
      const found = concerns(report);
      if (options.flag('json')) console.out(JSON.stringify({ ...report, concerns: found }));
      else console.out(statusWords(report));
      if (!options.flag('check') || found.length === 0) return 0;
      console.err(found.join('\n'));
      return HALTED_OR_NOT_READY;
    } finally {
      system.close();
    }
  },
};
