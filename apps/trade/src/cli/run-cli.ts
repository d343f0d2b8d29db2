import { COMMANDS } from '../commands/command-table';
import { connectToSystem, type Connect } from '../system/system';
import { paragraphOf } from '../system/paragraph-of';
import type { Console } from './console';
import { helpOf, helpOfAll } from './help';
import { parseCommandLine, unknownCommand } from './parse-command-line';

export interface CliWorld {
  readonly console: Console;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** How a running system is reached; default over gRPC. */
  readonly connect?: Connect;
}

const HELP = new Set(['help', '--help', '-h']);

/** Does what the words after `./trade` ask for. Never throws: a failure is a paragraph on stderr and an exit code. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<number> {
  try {
    return await dispatch(argv, world);
  } catch (error) {
    const { exitCode, message } = paragraphOf(error);
    world.console.err(message);
    return exitCode;
  }
}

async function dispatch([name, ...rest]: readonly string[], world: CliWorld): Promise<number> {
  const { console } = world;
  const names = COMMANDS.map((command) => command.name);
  const named = (wanted: string) => {
    const found = COMMANDS.find((command) => command.name === wanted);
    if (found === undefined) throw unknownCommand(wanted, ['up', 'dev', 'help', ...names]);
    return found;
  };
  if (name === undefined || HELP.has(name)) {
    const [about] = rest;
    console.out(about === undefined || HELP.has(about) ? helpOfAll(COMMANDS) : helpOf(named(about)));
    return 0;
  }
  const command = named(name);
  const { options, positionals } = parseCommandLine(command, rest);
  if (options.flag('help')) {
    console.out(helpOf(command));
    return 0;
  }
  const { env, cwd, connect = connectToSystem } = world;
  return command.run({ options, positionals, console, env, cwd, connect });
}
