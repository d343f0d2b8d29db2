import { STRATEGIES } from '@trading/trading-strategy';

/** One option of a program that trades a run. */
export interface OptionSpec {
  readonly name: string;
  readonly group: 'Data' | 'Strategy' | 'Account and costs' | 'Run' | 'Output and ports';
  /** What its value is; an option without one is a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly help: string;
}

export const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'data',
    group: 'Data',
    value: 'FILE',
    repeatable: true,
    help: 'CSV or .gz of ticks (time,bid,ask) or bars (time, OHLC of the bid or of bid and ask). Default: the S&P 500, 2000 to 2020, as US500 D1.',
  },
  { name: 'symbol', group: 'Data', value: 'NAME', help: 'What the data is of, such as EURUSD; needed with --data.' },
  {
    name: 'timeframe',
    group: 'Data',
    value: 'M1…D1',
    help: "Bars on which decisions are made. Default: M1 for ticks, the file's own for bars.",
  },
  {
    name: 'tz',
    group: 'Data',
    value: 'ZONE',
    help: 'Zone of times that name none: UTC, Europe/Athens, ny+7 (New York + 7 h, most MetaTrader 5 brokers).',
  },
  {
    name: 'on-bad-row',
    group: 'Data',
    value: 'fail|skip',
    help: 'skip counts bad rows and shows some. Default: fail.',
  },
  {
    name: 'strategy',
    group: 'Strategy',
    value: 'NAME',
    help: `${Object.keys(STRATEGIES).join(', ')}. Default: model-threshold.`,
  },
  {
    name: 'strategy-param',
    group: 'Strategy',
    value: 'NAME=VALUE',
    repeatable: true,
    help: 'A parameter of the strategy, such as fast=20.',
  },
  { name: 'balance', group: 'Account and costs', value: 'MONEY', help: 'First balance in USD. Default: 100000.' },
  { name: 'leverage', group: 'Account and costs', value: 'N', help: 'Leverage of the account. Default: 30.' },
  { name: 'commission', group: 'Account and costs', value: 'MONEY', help: 'Per lot and side, in USD. Default: 0.' },
  {
    name: 'spread',
    group: 'Account and costs',
    value: 'POINTS',
    help: 'Between bid and ask of data with one price. Default: US500 50, currency pairs 10, others 0.02 % of the price.',
  },
  {
    name: 'slippage',
    group: 'Account and costs',
    value: 'POINTS',
    help: 'By which fills are worse than the quote. Default: 0.',
  },
  {
    name: 'path',
    group: 'Account and costs',
    value: 'MODEL',
    help: 'How the price moves within a bar of the data: worst (stops before targets), adaptive, OHLC, OLHC. Default: worst.',
  },
  {
    name: 'speed',
    group: 'Run',
    value: 'max|realtime|N',
    help: 'How fast time passes; N times real time. Default: max.',
  },
  { name: 'exit-at-end', group: 'Run', help: 'Exit when the data ends. Without it the program goes on serving.' },
  {
    name: 'fail-if',
    group: 'Run',
    value: 'CONDITION',
    repeatable: true,
    help: "Exit with 99 when the summary meets it, such as 'maxDrawdownPct>10'.",
  },
  { name: 'fresh', group: 'Run', help: 'Give up an interrupted run instead of going on with it.' },
  { name: 'data-dir', group: 'Run', value: 'FOLDER', help: 'Where everything is kept. Default: .data' },
  { name: 'seed', group: 'Run', value: 'N', help: 'Of everything that is drawn at random. Default: 42.' },
  { name: 'json', group: 'Output and ports', help: 'The summary as one JSON object on stdout; all else on stderr.' },
  {
    name: 'log-level',
    group: 'Output and ports',
    value: 'LEVEL',
    help: 'debug, info, warn, error. Default: LOG_LEVEL, else warn.',
  },
  {
    name: 'http-port',
    group: 'Output and ports',
    value: 'PORT',
    help: 'Health and metrics. Default: 8180, or a free one. 0: any free one, as for all ports.',
  },
  { name: 'grpc-port', group: 'Output and ports', value: 'PORT', help: 'Default: 9190, or a free one.' },
  { name: 'terminal-port', group: 'Output and ports', value: 'PORT', help: 'Default: 7005, or a free one.' },
  { name: 'postgres-port', group: 'Output and ports', value: 'PORT', help: 'Default: any free one.' },
  { name: 'help', group: 'Output and ports', help: 'This text.' },
];

const WIDTH = 100;
const INDENT = 28;

/** The text of `./trade up --help`. */
export function usageText(): string {
  return usageOf(
    `Trades market data through the whole system on a paper account.

  npm start -- [options]        the same as ./trade up [options]

  npm start
  npm start -- --data ticks.csv.gz --symbol EURUSD --strategy sma-cross --exit-at-end`,
    OPTIONS,
  );
}

/** The help of a program that trades a run: what it is and how it is called, then its options. */
export function usageOf(intro: string, options: readonly OptionSpec[]): string {
  const groups = [...new Set(options.map(({ group }) => group))].map((group) => {
    const lines = options.filter((option) => option.group === group).map(optionLines);
    return `${group}\n${lines.join('\n')}`;
  });
  return `${intro}

${groups.join('\n\n')}

Parameters of the strategies (--strategy-param name=value)
${Object.values(STRATEGIES).map(strategyLines).join('\n')}

Exit codes: 0 done, 2 usage or configuration, 3 data, 4 account halted or books differ, 99 --fail-if
`;
}

function optionLines({ name, value, help, repeatable }: OptionSpec): string {
  const head = `  --${name}${value === undefined ? '' : ` ${value}`}`;
  return withHelp(head, repeatable === true ? `${help} Repeatable.` : help);
}

function strategyLines({ name, description, parameters }: (typeof STRATEGIES)[string]): string {
  const defaults = Object.entries(parameters).map(([parameter, spec]) => `${parameter}=${spec.default}`);
  return withHelp(`  ${name}`, `${description} ${defaults.join(' ')}`);
}

function withHelp(head: string, help: string): string {
  const lines: string[] = [];
  let line = head.length + 2 > INDENT ? '' : head.padEnd(INDENT);
  if (line === '') {
    lines.push(head);
    line = ' '.repeat(INDENT);
  }
  for (const word of help.split(' ')) {
    if (line.length + word.length > WIDTH && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = ' '.repeat(INDENT);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
