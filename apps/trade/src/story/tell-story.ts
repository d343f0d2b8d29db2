import type { common, decision, execution } from '@trading/contracts';
import { numberWords, timeWords } from '../cli/words';
import { block, pairs } from './block';
import { tellEvents } from './tell-events';
import { tellHops } from './tell-hops';
import { tellCheck, tellFill, tellOrder } from './tell-order';
import { tellFeatures, tellModel } from './tell-prediction';
import { tellSizing } from './tell-sizing';

/** A decision and what became of it, from the bar to the fills, in the order in which it happened. */
export function tellStory({ decision: trace, orders, fills, events }: decision.ExplainResponse): string {
  const paragraphs = [
    ...(trace === undefined ? ['No decision of ours led to this.'] : tellDecision(trace)),
    ...(trace?.legs ?? []).map((leg) => tellLeg(leg)),
    ...orders.map((order) => block(`Order ${order.request?.coid ?? ''}`, tellOrder(order))),
    ...(trace === undefined ? orders.flatMap(tellRisk) : []),
    ...tellEvents(events),
    block('Fills', fills.length === 0 ? ['none'] : fills.map(tellFill)),
    ...tellTimes(trace, orders),
  ];
  return paragraphs.join('\n\n');
}

function tellDecision(trace: decision.Decision): string[] {
  const { prediction, intent } = trace;
  const bar = prediction?.bar;
  const header = [
    `Decision ${trace.decisionId}`,
    `${trace.accountId}, ${bar === undefined ? '' : `${bar.symbol} ${bar.timeframe}, `}${timeWords(trace.eventUs)}, run ${trace.runId}`,
    trace.words,
  ];
  const strategy = Object.entries(trace.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    header.join('\n'),
    ...(bar === undefined ? [] : [block(`Bar ${prediction?.barSeq ?? ''}`, tellBar(bar))]),
    ...(prediction === undefined ? [] : [tellFeatures(prediction), tellModel(prediction)]),
    block(`Strategy ${trace.strategyName} ${trace.strategyVersion} (${trace.strategyId})`, pairs(strategy)),
    block(
      'Before',
      pairs([
        ['position', `${trace.positionBefore} lots`],
        ['equity', trace.equity],
      ]),
    ),
    ...(intent === undefined ? [] : [block('Intent', tellIntent(intent))]),
    ...(trace.sizing.length === 0 ? [] : [block('Sizing', tellSizing(trace.sizing))]),
  ];
}

function tellBar({ openTimeUs, closeTimeUs, bid, ask, tickCount }: common.Bar): string[] {
  const ohlc = (prices: common.Ohlc | undefined): string =>
    prices === undefined
      ? '-'
      : `open ${numberWords(prices.open)}, high ${numberWords(prices.high)}, low ${numberWords(prices.low)}, close ${numberWords(prices.close)}`;
  return pairs([
    ['from', timeWords(openTimeUs)],
    ['to', timeWords(closeTimeUs)],
    ['bid', ohlc(bid)],
    ['ask', ohlc(ask)],
    ['ticks', String(tickCount)],
  ]);
}

function tellIntent({ kind, reason, targetLots, stopLoss, takeProfit, confidence }: decision.Intent): string[] {
  return pairs([
    ['what', kind === 'target' ? `hold ${targetLots} lots` : kind],
    ['why', reason],
    ['stop loss', stopLoss],
    ['take profit', takeProfit],
    ['confidence', kind === 'hold' ? '' : numberWords(confidence)],
  ]);
}

function tellLeg({ leg, accountId, outcome, code, message, checks, coid }: decision.Leg): string {
  const passed = checks.filter((check) => check.passed).length;
  const verdict = [outcome, code, message].filter((word) => word !== '').join(': ');
  return block(`Risk, leg ${leg} on ${accountId}, order ${coid}`, [
    `${verdict} (${passed} of ${checks.length} checks passed)`,
    ...checks.map(tellCheck),
  ]);
}

/** What risk said of an order that no decision tells of. */
function tellRisk({ request, checks }: execution.Order): string[] {
  if (checks.length === 0) return [];
  const passed = checks.filter((check) => check.passed).length;
  const summary = `${passed} of ${checks.length} checks passed`;
  return [block(`Risk, order ${request?.coid ?? ''}`, [summary, ...checks.map(tellCheck)])];
}

function tellTimes(trace: decision.Decision | undefined, orders: readonly execution.Order[]): string[] {
  const own = orders.flatMap(({ hops, request }) => (hops === undefined ? [] : [{ name: request?.coid ?? '', hops }]));
  const known = own.length > 0 ? own : trace?.hops === undefined ? [] : [{ name: 'decision', hops: trace.hops }];
  return known.map(({ name, hops }) => block(`Times of ${name}, wall clock`, tellHops(hops)));
}
