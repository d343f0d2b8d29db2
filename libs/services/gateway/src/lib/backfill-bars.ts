import { terminal, type common } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import { parseTimeframe, timeframeUs, type Timeframe } from '@trading/trading-market';
import { aggregateBars, isAligned, type PlainBar } from './backfill-aggregate';
import type { TerminalLine } from './terminal-line';

/** Bars that a terminal is asked for at a time: a frame holds some six thousand. */
const PAGE = 1_000;
/** Bars of one answer of ours. */
const MOST = 5_000;
/** Bars of the terminal that one request of ours may cost. */
const MOST_ASKED = 60_000;
/** What longer bars are made of where the broker's day does not begin with ours. */
const PARTS: readonly Timeframe[] = ['H1', 'M15', 'M1'];

/** Whose terminal is asked. */
export interface BarSource {
  readonly connection: Pick<TerminalLine, 'request'>;
  instrument(symbol: string): common.Instrument | undefined;
}

export interface BarRange {
  /** Our name. */
  readonly symbol: string;
  readonly timeframe: string;
  readonly fromUs: number;
  readonly toUs: number;
  /** 0: as many as one answer holds. */
  readonly limit: number;
}

/**
 * Bars that open in [from, to), oldest first, as the terminal's history has them; the last one may still be growing.
 * Fewer than `limit` means that nothing follows. Where the terminal's bars do not begin when ours do (a day or four hours
 * in another time zone), they are put together from shorter ones.
 *
 * @throws RpcError SYMBOL_UNKNOWN, TIMEFRAME_UNKNOWN, TERMINAL_NO_ANSWER, HISTORY_UNSUPPORTED, HISTORY_INVALID
 */
export async function barsOf(source: BarSource, range: BarRange, timeoutMs: number): Promise<common.Bar[]> {
  const instrument = source.instrument(range.symbol);
  if (instrument === undefined) {
    throw new RpcError('NOT_FOUND', 'SYMBOL_UNKNOWN', `The account's terminal has no symbol ${range.symbol}.`);
  }
  const timeframe = parseTimeframe(range.timeframe);
  if (timeframe === undefined) {
    throw new RpcError('INVALID_ARGUMENT', 'TIMEFRAME_UNKNOWN', `There are no bars of ${range.timeframe}.`);
  }
  const limit = range.limit <= 0 ? MOST : Math.min(range.limit, MOST);
  const ask = (of: Timeframe, fromUs: number, most: number): Promise<PlainBar[]> =>
    pages(source, { symbol: instrument.brokerSymbol, timeframe: of, fromUs, toUs: range.toUs, most, timeoutMs });
  const whole = await ask(timeframe, range.fromUs, limit);
  if (isAligned(whole, timeframe)) return whole.map((bar) => message(bar, range.symbol, timeframe));
  const durationUs = timeframeUs(timeframe);
  const fromUs = Math.ceil(range.fromUs / durationUs) * durationUs;
  for (const part of PARTS.filter((shorter) => timeframeUs(shorter) < durationUs)) {
    const most = Math.min(limit * (durationUs / timeframeUs(part)), MOST_ASKED);
    const parts = await ask(part, fromUs, most);
    if (!isAligned(parts, part)) continue;
    const bars = aggregateBars(parts, timeframe);
    // What the limit cut off in its middle is not told.
    if (parts.length === most) bars.pop();
    return bars.slice(0, limit).map((bar) => message(bar, range.symbol, timeframe));
  }
  throw invalid(`Bars of ${range.symbol} begin at no whole minute.`);
}

interface Pages {
  /** The terminal's name. */
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly fromUs: number;
  readonly toUs: number;
  readonly most: number;
  readonly timeoutMs: number;
}

async function pages(
  { connection }: BarSource,
  { symbol, timeframe, fromUs, toUs, most, timeoutMs }: Pages,
): Promise<PlainBar[]> {
  const bars: PlainBar[] = [];
  for (let from = fromUs; bars.length < most && from < toUs;) {
    const limit = Math.min(PAGE, most - bars.length);
    const ask: terminal.RatesGet = { symbol, timeframe, from, to: toUs, limit };
    const reply = await connection.request('rates.get', ask, timeoutMs).catch(() => {
      throw new RpcError('UNAVAILABLE', 'TERMINAL_NO_ANSWER', 'The terminal did not answer with its bars.');
    });
    const page = pageOf(reply).filter(({ openUs }) => openUs >= from && openUs < toUs);
    bars.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < limit) break;
    from = last.openUs + 1;
  }
  return bars;
}

function pageOf(reply: terminal.Envelope): PlainBar[] {
  if (reply.t !== 'rates') {
    throw new RpcError('UNIMPLEMENTED', 'HISTORY_UNSUPPORTED', 'The terminal offers no history of bars.');
  }
  const parsed = terminal.ratesSchema.safeParse(reply.d);
  if (!parsed.success) throw invalid('The bars of the terminal do not have the form of the protocol.');
  const bars = parsed.data.bars.map(({ open, bid, ask, ticks }): PlainBar => ({
    openUs: open,
    bid: ohlcOf(bid),
    ask: ask === undefined ? undefined : ohlcOf(ask),
    ticks,
  }));
  if (bars.some(({ openUs }, i) => openUs <= (bars[i - 1]?.openUs ?? -Infinity))) {
    throw invalid('The bars of the terminal do not come one after another.');
  }
  return bars;
}

function ohlcOf({ o, h, l, c }: terminal.RatesFrame['bars'][number]['bid']): common.Ohlc {
  return { open: Number(o), high: Number(h), low: Number(l), close: Number(c) };
}

function message({ openUs, bid, ask, ticks }: PlainBar, symbol: string, timeframe: Timeframe): common.Bar {
  const closeTimeUs = openUs + timeframeUs(timeframe);
  return { symbol, timeframe, openTimeUs: openUs, closeTimeUs, bid, ask, tickCount: ticks };
}

const invalid = (sentence: string): RpcError => new RpcError('INTERNAL', 'HISTORY_INVALID', sentence);
