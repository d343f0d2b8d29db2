/** The command line of this project: `node dist/tools/deploy/src/main.js COMMAND`. Commands live in their rooms. */
import { resolve } from 'node:path';
import { type Command, CommandFailed } from './command';
import { costCommands } from './cost/commands';
import { manifestCommands } from './manifest/commands';
import { pipelineCommands } from './pipeline/commands';

const commands: Readonly<Record<string, Command>> = {
  ...costCommands,
  ...manifestCommands,
  ...pipelineCommands,
};

async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const lines = Object.entries(commands).map(([word, { usage, summary }]) => `  ${word} ${usage}\n      ${summary}`);
    throw new CommandFailed(`There is no command ${name || '(none)'}. There are:\n${lines.join('\n')}`);
  }
  const root = process.env['TRADING_ROOT'] ?? resolve(__dirname, '../../../..');
  await command.run(args, { root, env: process.env, out: (line) => process.stdout.write(`${line}\n`) });
}

main().catch((error: unknown) => {
  const isUsage = error instanceof CommandFailed || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isUsage === true ? (error as Error).message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
