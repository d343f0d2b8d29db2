import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseFailCondition, type FailCondition } from '@trading/trading-evaluation';
import { parseTimeframe, parseZone, PATH_MODELS, TIMEFRAMES } from '@trading/trading-market';
import { parseParameters, STRATEGIES, StrategyParameterError } from '@trading/trading-strategy';
import { isMetric, METRICS } from '../report/metrics';
import { defaultDataFile } from './default-data';
import { nearest } from './nearest';
import { OptionValues, refuse } from './option-values';
import type { LogLevel, PortChoice, UpOptions } from './up-options';
import { OPTIONS, usageText, type OptionSpec } from './usage';
import { UsageError } from './usage-error';

export type ParsedCommand<O extends UpOptions = UpOptions> =
  { readonly kind: 'help'; readonly text: string } | { readonly kind: 'run'; readonly options: O };

/** How a program that trades a run is told. */
export interface Dialect {
  readonly options: readonly OptionSpec[];
  /** Its script of npm, which is called in another folder than where it was typed. */
  readonly npmScript: string;
  /** Below the current folder. */
  readonly dataDir: string;
  readonly ports: { readonly http: number; readonly grpc: number; readonly terminal: number };
}

const UP: Dialect = {
  options: OPTIONS,
  npmScript: 'start',
  dataDir: '.data',
  ports: { http: 8180, grpc: 9190, terminal: 7005 },
};

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * The options of `./trade up`. Reads from `env`: LOG_LEVEL, and where npm was called from, which is what relative paths
 * mean to who typed them.
 * @throws UsageError
 */
export function parseUpOptions(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string = process.cwd(),
): ParsedCommand {
  const values = optionValues(argv, UP.options);
  if (values.isOn('help')) return { kind: 'help', text: usageText() };
  return { kind: 'run', options: runOptions(values, UP, env, cwd) };
}

/**
 * What the values of a command line ask for.
 * @throws UsageError
 */
export function runOptions(
  values: OptionValues,
  { npmScript, dataDir: defaultDir, ports }: Dialect,
  env: NodeJS.ProcessEnv,
  cwd: string,
): UpOptions {
  const typedFrom = typedFromOf(env, npmScript, cwd);
  const data = values.all('data').map((file) => resolve(typedFrom, file));
  const isDefaultData = data.length === 0;
  const dataDir = values.text('data-dir');
  const strategy = strategyOf(values);
  return {
    data: isDefaultData ? [defaultDataFile()] : data,
    isDefaultData,
    symbol: symbolOf(values, isDefaultData),
    timeframe: timeframeOf(values),
    tz: zoneOf(values) ?? (isDefaultData ? 'UTC' : undefined),
    ...strategy,
    balance: values.money('balance', '100000', 'above zero'),
    leverage: values.integer('leverage', 30, 1, 1000),
    commission: values.money('commission', '0', 'zero'),
    spread: values.number('spread'),
    slippage: values.number('slippage') ?? 0,
    path: values.oneOf('path', PATH_MODELS, 'worst'),
    speed: speedOf(values),
    exitAtEnd: values.isOn('exit-at-end'),
    failIf: values.all('fail-if').map(conditionOf),
    fresh: values.isOn('fresh'),
    dataDir: dataDir === undefined ? join(cwd, defaultDir) : resolve(typedFrom, dataDir),
    ports: {
      http: portOf(values, 'http-port', ports.http),
      grpc: portOf(values, 'grpc-port', ports.grpc),
      terminal: portOf(values, 'terminal-port', ports.terminal),
      postgres: portOf(values, 'postgres-port', 0),
    },
    onBadRow: values.oneOf('on-bad-row', ['fail', 'skip'], 'fail'),
    seed: values.integer('seed', 42, 0, Number.MAX_SAFE_INTEGER),
    json: values.isOn('json'),
    logLevel: logLevelOf(values, env),
  };
}

/** Where relative paths start: npm calls its scripts in the folder of the project. */
export function typedFromOf(env: NodeJS.ProcessEnv, npmScript: string, cwd: string): string {
  return env['npm_lifecycle_event'] === npmScript ? (env['INIT_CWD'] ?? cwd) : cwd;
}

/** @throws UsageError for what is no option, or lacks its value */
export function optionValues(argv: readonly string[], options: readonly OptionSpec[]): OptionValues {
  const { tokens } = parseArgs({
    args: [...argv],
    // Not strict: the messages of parseArgs suggest nothing.
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      options.map(({ name, value }) => [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          ...(name === 'help' && { short: 'h' }),
        },
      ]),
    ),
  });
  const given = new Map<string, string[]>();
  const switches = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      throw new UsageError(`"${token.value}" is not expected here: every argument begins with --; see --help.`);
    }
    const { name, rawName, value, inlineValue } = token;
    const option = options.find((each) => each.name === name);
    if (option === undefined) throw unknownOption(rawName, options);
    if (option.value === undefined) {
      if (inlineValue === true) throw new UsageError(`${rawName} is a switch and takes no value, found "${value}".`);
      switches.add(name);
      continue;
    }
    // What looks like the next option was taken for the value: a value was forgotten.
    if (value === undefined || value === '' || (!inlineValue && /^--?[A-Za-z]/.test(value))) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}. ${option.help}`);
    }
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return new OptionValues(given, switches);
}

function unknownOption(rawName: string, options: readonly OptionSpec[]): UsageError {
  const meant = nearest(
    rawName.replace(/^-+/, ''),
    options.map(({ name }) => name),
  );
  const hint = meant === undefined ? 'See --help for those there are.' : `Did you mean --${meant}? See --help.`;
  return new UsageError(`There is no option ${rawName}. ${hint}`);
}

function symbolOf(values: OptionValues, isDefaultData: boolean): string {
  const text = values.text('symbol');
  if (text === undefined) {
    if (isDefaultData) return 'US500';
    throw new UsageError('--data needs --symbol as well: what the file is of, such as --symbol EURUSD.');
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._#-]{0,31}$/.test(text)) {
    return refuse('symbol', 'a name of letters, digits and . _ # -, such as EURUSD', text);
  }
  const symbol = /^[a-z]+$/.test(text) ? text.toUpperCase() : text;
  if (isDefaultData && symbol !== 'US500') {
    throw new UsageError(`There is no data of ${symbol} here: name a file of it with --data FILE.`);
  }
  return symbol;
}

function timeframeOf(values: OptionValues): UpOptions['timeframe'] {
  const text = values.text('timeframe');
  return text === undefined
    ? undefined
    : (parseTimeframe(text) ?? refuse('timeframe', `one of ${TIMEFRAMES.join(', ')}`, text));
}

function zoneOf(values: OptionValues): string | undefined {
  const text = values.text('tz');
  if (text === undefined) return undefined;
  return parseZone(text)?.name ?? refuse('tz', 'a time zone such as UTC, Europe/Athens or ny+7', text);
}

function strategyOf(values: OptionValues): Pick<UpOptions, 'strategy' | 'strategyParams'> {
  const strategy = values.text('strategy') ?? 'model-threshold';
  const names = Object.keys(STRATEGIES);
  const definition = Object.hasOwn(STRATEGIES, strategy) ? STRATEGIES[strategy] : undefined;
  if (definition === undefined) {
    const meant = nearest(strategy, names);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new UsageError(`--strategy: expected one of ${names.join(', ')}, found "${strategy}".${hint}`);
  }
  const pairs: Record<string, string> = {};
  for (const pair of values.all('strategy-param')) {
    const at = pair.indexOf('=');
    if (at < 1) return refuse('strategy-param', 'name=value, such as fast=20', pair);
    pairs[pair.slice(0, at)] = pair.slice(at + 1);
  }
  try {
    const strategyParams = parseParameters(definition, pairs);
    // Parameters that exclude each other are found out when the strategy is made.
    definition.create(strategyParams);
    return { strategy, strategyParams };
  } catch (error) {
    if (error instanceof StrategyParameterError) {
      throw new UsageError(`--strategy-param: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function speedOf(values: OptionValues): UpOptions['speed'] {
  const text = values.text('speed') ?? 'max';
  if (text === 'max' || text === 'realtime') return text;
  const times = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  return times > 0 ? times : refuse('speed', 'max, realtime or how many times as fast as real time', text);
}

function conditionOf(text: string): FailCondition {
  const condition = parseFailCondition(text);
  if (condition === undefined) return refuse('fail-if', "a condition such as 'maxDrawdownPct>10'", text);
  if (isMetric(condition.metric)) return condition;
  const meant = nearest(condition.metric, METRICS);
  throw new UsageError(
    `--fail-if: the summary has no number ${condition.metric}.${meant === undefined ? '' : ` Did you mean ${meant}?`} ` +
      `It has ${METRICS.join(', ')}, and denials.CODE.`,
  );
}

function portOf(values: OptionValues, name: string, otherwise: number): PortChoice {
  return { port: values.integer(name, otherwise, 0, 65_535), explicit: values.text(name) !== undefined };
}

function logLevelOf(values: OptionValues, env: NodeJS.ProcessEnv): LogLevel {
  const fromEnv = LOG_LEVELS.find((level) => level === env['LOG_LEVEL']?.toLowerCase());
  return values.oneOf('log-level', LOG_LEVELS, fromEnv ?? 'warn');
}
