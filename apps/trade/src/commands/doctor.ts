import { existsSync } from 'node:fs';
import type { Command } from '../cli/command';
import { workspaceRoot } from '../cli/workspace-root';
import { diagnosisWords } from '../doctor/diagnosis-words';
import { examine } from '../doctor/examine';
import { dataDirOf } from '../system/system';

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '',
  summary: 'Say what is missing on this machine and how to get it',
  about: 'Starts a PostgreSQL in a temporary folder for a moment. The exit code is 1 when something is missing.',
  options: {},
  maxPositionals: 0,
  run: async (context) => {
    const { console, env, options } = context;
    const isRoot = process.getuid?.() === 0;
    const findings = await examine({ root: workspaceRoot(), dataDir: dataDirOf(context), env, isRoot });
    const healthy = findings.every(({ state }) => state !== 'missing');
    if (options.flag('json')) console.out(JSON.stringify({ healthy, findings }));
    else console.out(diagnosisWords(findings, { isDebian: existsSync('/etc/debian_version'), isRoot }));
    return healthy ? 0 : 1;
  },
};
