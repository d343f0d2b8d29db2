import { optionValues, runOptions, typedFromOf, type Dialect, type ParsedCommand } from '../front/options';
import type { UpOptions } from '../front/up-options';
import { OPTIONS, usageOf, type OptionSpec } from '../front/usage';
import { UsageError } from '../front/usage-error';
import { join, resolve } from 'node:path';

/** What `./trade dev` was asked to do when it trades. */
export interface DevOptions extends UpOptions {
  /** Leave the servers running at the end. */
  readonly keepServers: boolean;
  readonly prometheus: boolean;
  /** Build what changes in the sources, and start its services again. */
  readonly watch: boolean;
}

/** What can be asked of the servers and logs of a data folder. */
export const DEV_TASKS = ['status', 'stop', 'reset', 'logs'] as const;
export type DevTask = (typeof DEV_TASKS)[number];

export type DevCommand =
  | ParsedCommand<DevOptions>
  | {
      readonly kind: 'task';
      readonly task: DevTask;
      readonly dataDir: string;
      readonly name: string | undefined;
      readonly lines: number;
      readonly json: boolean;
    };

const DIALECT: Dialect = {
  options: devOptions(),
  npmScript: 'dev',
  dataDir: '.data/dev',
  ports: { http: 8181, grpc: 9191, terminal: 7005 },
};

function devOptions(): OptionSpec[] {
  const changed: Readonly<Record<string, string>> = {
    'data-dir': 'Where everything is kept. Default: .data/dev',
    'http-port':
      'Health and metrics of the first service; the others follow. Default: 8181, or free ones. 0: any free ones, as for all ports.',
    'grpc-port': 'Of the first service; the others follow. Default: 9191, or free ones.',
    'terminal-port': 'Of MetaTrader 5. Default: 7005, or a free one.',
    fresh: 'Give up an interrupted run instead of going on with it.',
  };
  const shared = OPTIONS.filter(({ name }) => name !== 'postgres-port').map((option) => ({
    ...option,
    help: changed[option.name] ?? option.help,
  }));
  return [
    ...shared,
    {
      name: 'keep-servers',
      group: 'Run',
      help: 'Leave Kafka, PostgreSQL, Redis, InfluxDB and Prometheus running at the end, so that the next start is quick.',
    },
    { name: 'no-prometheus', group: 'Run', help: 'Start no Prometheus.' },
    {
      name: 'watch',
      group: 'Run',
      help: 'Build what changes and start its services again. Default: unless --exit-at-end.',
    },
    { name: 'no-watch', group: 'Run', help: 'Leave the services as they were started.' },
  ];
}

const INTRO = `Trades market data through the six services as processes of their own, over real Kafka, PostgreSQL, Redis and
InfluxDB, which are started here without containers, or used where KAFKA_BROKERS, DATABASE_URL, REDIS_URL and
INFLUX_URL say they are.

  ./trade dev [options]         the same as npm run dev -- [options]
  ./trade dev status            which servers and services run, and where
  ./trade dev stop              stop what runs on the data folder, servers too
  ./trade dev reset             stop, and remove all that was traded: databases, topics, runs, logs
  ./trade dev logs [NAME]       the end of the logs of services and servers; --lines N`;

/**
 * The command line of `./trade dev`.
 * @throws UsageError
 */
export function parseDevCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string = process.cwd(),
): DevCommand {
  const [first, ...rest] = argv;
  const task = DEV_TASKS.find((each) => each === first);
  if (task !== undefined) return taskOf(task, rest, env, cwd);
  const values = optionValues(argv, DIALECT.options);
  if (values.isOn('help')) return { kind: 'help', text: usageOf(INTRO, DIALECT.options) };
  if (values.isOn('watch') && values.isOn('no-watch')) throw new UsageError('Say either --watch or --no-watch.');
  const options = runOptions(values, DIALECT, env, cwd);
  return {
    kind: 'run',
    options: {
      ...options,
      prometheus: !values.isOn('no-prometheus'),
      keepServers: values.isOn('keep-servers'),
      watch: values.isOn('watch') || !(options.exitAtEnd || values.isOn('no-watch')),
    },
  };
}

const TASK_OPTIONS: readonly OptionSpec[] = [
  { name: 'data-dir', group: 'Run', value: 'FOLDER', help: 'Where everything is kept.' },
  { name: 'json', group: 'Output and ports', help: 'One JSON object.' },
  { name: 'lines', group: 'Output and ports', value: 'N', help: 'How many lines of each log. Default: 40.' },
  { name: 'help', group: 'Output and ports', help: 'This text.' },
];

function taskOf(task: DevTask, argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string): DevCommand {
  const name = task === 'logs' && argv[0]?.startsWith('-') === false ? argv[0] : undefined;
  const values = optionValues(name === undefined ? argv : argv.slice(1), TASK_OPTIONS);
  if (values.isOn('help')) return { kind: 'help', text: usageOf(INTRO, TASK_OPTIONS) };
  const dataDir = values.text('data-dir');
  return {
    kind: 'task',
    task,
    name,
    dataDir:
      dataDir === undefined ? join(cwd, DIALECT.dataDir) : resolve(typedFromOf(env, DIALECT.npmScript, cwd), dataDir),
    lines: values.integer('lines', 40, 1, 1_000_000),
    json: values.isOn('json'),
  };
}
