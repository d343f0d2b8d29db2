import { type Command, optionsOf, type OptionTable } from './command';
import { usageOf } from './parse-command-line';
import { table } from './table';

/** What the launcher does itself, listed beside the commands. */
const STARTED = [
  ['up', 'Start the system and trade the data (./trade up --help)'],
  ['dev', 'The same as six processes over Kafka, PostgreSQL, Redis and InfluxDB (./trade dev --help)'],
];

/** The list of commands. */
export function helpOfAll(commands: readonly Command[]): string {
  const rows = [...STARTED, ...commands.map(({ name, summary }) => [name, summary]), ['help [COMMAND]', 'Show help']];
  return [
    'Usage: ./trade COMMAND [options]',
    '',
    'Operate and research an AI trading system. Without data of your own, ./trade up trades the S&P 500 on paper.',
    '',
    'Commands',
    indent(table(rows)),
    '',
    'Every command has --help, --json and --data-dir FOLDER.',
    'Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 data, 4 account halted, not ready or books differ,',
    '99 a condition of --fail-if holds. docs/operate.md tells more.',
  ].join('\n');
}

/** One command's own help. */
export function helpOf(command: Command): string {
  return [
    `Usage: ${usageOf(command)}`,
    '',
    command.summary + '.',
    ...(command.about === '' ? [] : ['', command.about]),
    '',
    'Options',
    indent(table(optionRows(optionsOf(command)))),
  ].join('\n');
}

function optionRows(options: OptionTable): string[][] {
  return Object.entries(options).map(([name, { value, about }]) => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    about,
  ]);
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
