import { paint, type Paint } from './colours';
import { countText, durationText, latencyText, moneyText, signedMoney, table } from './layout';
import type { Summary } from './summary';

export interface FinalReportOptions {
  readonly colours: boolean;
  /** The program goes on serving. */
  readonly servesOn: boolean;
}

/** What a run came to, for a human: what it rests on first, then the results, and beside them buy and hold. */
export function finalReport(summary: Summary, { colours, servesOn }: FinalReportOptions): string {
  const look = paint(colours);
  const { bold } = look;
  const sections = [
    bold(`${summary.runId}: ${summary.symbol} ${summary.timeframe}, ${day(summary.from)} to ${day(summary.to)}`),
    `${bold('Assumptions')}\n${summary.assumptions.map((text) => `  ${text}`).join('\n')}`,
    `${bold('Result')}\n${resultTable(summary, look)}`,
    verdicts(summary, look),
    `${bold('Through the system')}\n${systemTable(summary)}`,
    `${bold('Files')}\n${table(Object.entries(summary.files))}`,
    `${bold('Next')}\n${nextSteps(servesOn)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function resultTable(summary: Summary, { good, bad }: Paint): string {
  const { trades, pnl, balance, equity, buyAndHoldPnl, openPosition, costs, winRatePct, profitFactor } = summary;
  const coloured = (value: number): string => (value < 0 ? bad : good)(`${signedMoney(value)} USD`);
  return table([
    ['P&L', `${coloured(pnl)} (${moneyText(balance)} → ${moneyText(equity)})`],
    ['Buy and hold', buyAndHoldPnl === null ? 'not known' : `${signedMoney(buyAndHoldPnl)} USD`],
    ['Max drawdown', `${summary.maxDrawdownPct.toFixed(2)} %`],
    ['Trades', winRatePct === null ? 'none' : `${countText(trades)}, ${winRatePct.toFixed(1)} % won`],
    ['Profit factor', profitFactor === null ? undefined : profitFactor.toFixed(2)],
    ['Commission', `${signedMoney(costs.commission)} USD`],
    ['Swap', costs.swap === 0 ? undefined : `${signedMoney(costs.swap)} USD`],
    [
      'Open position',
      openPosition === null
        ? undefined
        : `${openPosition.lots} lots at ${openPosition.averagePrice}, marked ${signedMoney(openPosition.unrealised)} USD, not closed`,
    ],
  ]);
}

/** Plain words on what the numbers do and do not say. */
function verdicts(summary: Summary, { bad }: Paint): string {
  const { pnl, buyAndHoldPnl, booksAgree } = summary;
  const lines = [
    comparison(pnl, buyAndHoldPnl),
    'One run on past data says nothing about the future: it shows no edge.',
  ];
  if (!booksAgree.agree) {
    const { ours, broker, difference } = booksAgree;
    lines.push(
      bad(
        `Our books and the broker's differ by ${moneyText(difference)} USD: ${moneyText(ours)} against ${moneyText(broker)}.`,
      ),
    );
  }
  if (summary.orders.unknown > 0) {
    lines.push(bad(`${countText(summary.orders.unknown)} orders have an unknown outcome; see orders.csv.`));
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

function comparison(pnl: number, held: number | null): string {
  if (held === null) return 'There is nothing to compare it with: buy and hold has no price or conversion here.';
  const difference = moneyText(Math.abs(pnl - held));
  if (pnl < held) return `The strategy lost against buy and hold by ${difference} USD.`;
  if (pnl > held)
    return `The strategy ended ${difference} USD above buy and hold, in this period and on these assumptions.`;
  return 'The strategy ended where buy and hold did.';
}

function systemTable({ ticks, crossedTicks, bars, decisions, orders, fills, denials, ...rest }: Summary): string {
  const { latencyUs, ticksPerSecond, elapsedS, skippedRows } = rest;
  const { p50, p99, max } = latencyUs;
  const codes = Object.entries(denials).map(([code, count]) => `${code} ${countText(count)}`);
  const ended = [
    `${countText(orders.filled)} filled`,
    `${countText(orders.rejected)} rejected`,
    `${countText(orders.unknown)} unknown`,
  ];
  return table([
    ['Ticks', `${countText(ticks)}${crossedTicks > 0 ? `, ${countText(crossedTicks)} of them crossed` : ''}`],
    ['Bars', `${countText(bars)}, ${countText(decisions)} decisions`],
    [
      'Orders',
      `${countText(orders.submitted)} submitted: ${ended.join(', ')}; ${countText(orders.denied)} denied by risk`,
    ],
    ['', orders.byBroker > 0 ? `${countText(orders.byBroker)} more by the broker (stops and targets)` : undefined],
    ['Fills', countText(fills)],
    ['Denials', codes.length === 0 ? 'none' : codes.join('\n')],
    [
      'Tick to order',
      p50 === null || p99 === null || max === null
        ? 'no orders'
        : `p50 ${latencyText(p50)}, p99 ${latencyText(p99)}, max ${latencyText(max)}`,
    ],
    ['Speed', `${countText(ticksPerSecond)} ticks/s, ${durationText(elapsedS)}`],
    [
      'Skipped rows',
      skippedRows.count === 0 ? undefined : [countText(skippedRows.count), ...skippedRows.examples].join('\n'),
    ],
  ]);
}

function nextSteps(servesOn: boolean): string {
  const steps: [string, string][] = servesOn
    ? [
        ['./trade explain last', 'why the last decision was made, step by step'],
        ['./trade status', 'the services and the account'],
        ['Ctrl-C', 'stop; the next start begins a new run with a fresh account'],
      ]
    : [
        ['npm start', 'the next run, with a fresh account; it goes on serving for ./trade explain last'],
        ['npm start -- --help', 'your own data, other strategies and costs'],
      ];
  return table(steps);
}

function day(isoTime: string): string {
  return isoTime.slice(0, 10);
}
