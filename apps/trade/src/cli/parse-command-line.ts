import { parseArgs } from 'node:util';
import { UsageError } from './cli-error';
import { type Command, optionsOf, OptionValues } from './command';
import { suggest } from './suggest';

export interface ParsedCommandLine {
  readonly options: OptionValues;
  readonly positionals: readonly string[];
}

/** Throws {@link UsageError} for a name that is none of `known`, with the one that was probably meant. */
export function unknownCommand(name: string, known: readonly string[]): UsageError {
  const meant = suggest(name, known);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return new UsageError(`There is no command ${name}.${hint} ./trade help lists the commands.`);
}

/**
 * The words after a command's name.
 * @throws UsageError
 */
export function parseCommandLine(command: Command, argv: readonly string[]): ParsedCommandLine {
  const known = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries(Object.entries(known).map(([name, { type }]) => [name, { type }])),
      help: { type: 'boolean', short: 'h' },
    },
    // Not strict: the messages are our own.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const more = `./trade ${command.name} --help shows them.`;
  const values = new Map<string, string | true>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (spec === undefined) {
      const meant = suggest(token.name, Object.keys(known));
      const hint = meant === undefined ? '' : ` Did you mean --${meant}?`;
      throw new UsageError(`${command.name} has no option ${token.rawName}.${hint} ${more}`);
    }
    values.set(token.name, valueOf(token, spec.type, spec.value));
  }
  const surplus = positionals[command.maxPositionals];
  if (surplus !== undefined) {
    throw new UsageError(`${command.name} does not know what to do with ${surplus}. Usage: ${usageOf(command)}`);
  }
  return { options: new OptionValues(values), positionals };
}

/** `./trade halt [ACCOUNT | --all] …` */
export function usageOf(command: Command): string {
  return `./trade ${command.name}${command.usage === '' ? '' : ` ${command.usage}`}`;
}

interface GivenOption {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function valueOf({ rawName, value, inlineValue }: GivenOption, type: 'string' | 'boolean', what = 'VALUE') {
  if (type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    return true;
  }
  // `--reason --all` forgot the reason; a value that begins with a dash is said as `--reason=-x`.
  if (value === undefined || value === '' || (value.startsWith('-') && inlineValue !== true)) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${what}.`);
  }
  return value;
}
