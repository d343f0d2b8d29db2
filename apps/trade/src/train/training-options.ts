import { resolve } from 'node:path';
import { parseTimeframe, type Timeframe, TIMEFRAMES } from '@trading/trading-market';
import { UsageError } from '../cli/cli-error';
import type { OptionTable, OptionValues } from '../cli/command';

export const TRAINING_OPTIONS: OptionTable = {
  data: { type: 'string', value: 'FILE', about: 'CSV or .gz with ticks or bars (default: the S&P 500, daily)' },
  symbol: { type: 'string', value: 'SYMBOL', about: 'What the file holds; needed with --data' },
  timeframe: { type: 'string', value: 'NAME', about: `Bars to train on: ${TIMEFRAMES.join(', ')}; needed with --data` },
  tz: { type: 'string', value: 'ZONE', about: 'Of times in the file that say none: UTC, Europe/Athens, ny+7' },
  from: { type: 'string', value: 'TIME', about: 'Leave out bars before: 2000-01-01 or 2000-01-01T12:00:00Z' },
  to: { type: 'string', value: 'TIME', about: 'Learn nothing of what lies after; trading starts there' },
  horizon: { type: 'string', value: 'BARS', about: 'Bars ahead whose direction is learnt (default 5)' },
  name: { type: 'string', value: 'NAME', about: 'Of the model (default: made of symbol and timeframe)' },
  version: { type: 'string', value: 'VERSION', about: 'Of the model; a version never changes (default 1)' },
  out: { type: 'string', value: 'FOLDER', about: 'Where models are stored (default: models in the data folder)' },
};

/** What was said on the command line; what was not stays undefined. */
export interface TrainingWishes {
  /** Absolute path. */
  readonly file: string | undefined;
  readonly symbol: string | undefined;
  readonly timeframe: Timeframe | undefined;
  readonly zone: string | undefined;
  readonly fromUs: number | undefined;
  readonly toUs: number | undefined;
  readonly horizonBars: number | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** @throws UsageError */
export function trainingWishes(options: OptionValues, cwd: string): TrainingWishes {
  const data = options.text('data');
  const symbol = options.text('symbol');
  const timeframe = timeframeOf(options.text('timeframe'));
  if (data !== undefined && (symbol === undefined || timeframe === undefined)) {
    throw new UsageError('With --data, say what the file holds: --symbol EURUSD --timeframe H1.');
  }
  if (data === undefined && (symbol !== undefined || timeframe !== undefined || options.flag('tz'))) {
    throw new UsageError('--symbol, --timeframe and --tz say what a file holds; name it with --data FILE.');
  }
  const fromUs = timeOf('from', options.text('from'));
  const toUs = timeOf('to', options.text('to'));
  if (fromUs !== undefined && toUs !== undefined && fromUs >= toUs)
    throw new UsageError('--from has to lie before --to.');
  return {
    file: data === undefined ? undefined : resolve(cwd, data),
    symbol,
    timeframe,
    zone: options.text('tz'),
    fromUs,
    toUs,
    horizonBars: barsOf(options.text('horizon')),
    name: nameOf('name', options.text('name')),
    version: nameOf('version', options.text('version')),
  };
}

function timeframeOf(text: string | undefined): Timeframe | undefined {
  const timeframe = text === undefined ? undefined : parseTimeframe(text);
  if (text !== undefined && timeframe === undefined) {
    throw new UsageError(`--timeframe ${text} is none of ${TIMEFRAMES.join(', ')}.`);
  }
  return timeframe;
}

/** UTC microseconds; a date alone is its midnight, a time names its zone. */
function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) {
    throw new UsageError(`--${option} ${text} is no time; write 2010-01-01 or 2010-01-01T12:00:00Z.`);
  }
  return ms * 1000;
}

function barsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--horizon ${text} is no number of bars from 1 to 99999.`);
  return Number(text);
}

/** Names become folders. */
function nameOf(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(text)) {
    throw new UsageError(`--${option} ${text}: letters, digits, dots, dashes and underscores only.`);
  }
  return text;
}
