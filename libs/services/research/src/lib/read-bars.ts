import { readTextChunks } from '@trading/platform-files';
import {
  type Bar,
  BarBuilder,
  type BarChunk,
  barOpenTimeUs,
  DataFileParser,
  parseZone,
  type RowChunk,
  type Timeframe,
  timeframeOfSpacing,
  timeframeUs,
  smallestSpacing,
} from '@trading/trading-market';
import { ResearchError } from './errors';

export interface BarFile {
  readonly file: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Of times that say none: `UTC`, an IANA name or `ny+7`. */
  readonly zone?: string | undefined;
}

/**
 * All bars of a CSV file, gzip or not; ticks are made into bars as live trading makes them, the last and unfinished one
 * left out. Ask prices of a file without them are its bid prices.
 * @throws ResearchError, FileProblem, DataFileError
 */
export async function readBars({ file, symbol, timeframe, zone }: BarFile): Promise<Bar[]> {
  const parsedZone = zone === undefined ? undefined : parseZone(zone);
  if (zone !== undefined && !parsedZone) {
    throw new ResearchError(
      'UNKNOWN_ZONE',
      `${zone} is no time zone; name UTC, an IANA zone such as Europe/Athens, or ny+7.`,
    );
  }
  const parser = new DataFileParser({ file, onBadRow: 'fail', ...(parsedZone && { zone: parsedZone }) });
  const builder = new BarBuilder(symbol, timeframe);
  const bars: Bar[] = [];
  const take = (chunk: RowChunk | undefined): void => {
    if (chunk?.kind === 'bars') appendBars(chunk, symbol, timeframe, bars);
    else if (chunk?.kind === 'ticks') {
      for (let i = 0; i < chunk.count; i += 1) {
        const bar = builder.onTick(chunk.timeUs[i] ?? NaN, chunk.bid[i] ?? NaN, chunk.ask[i] ?? NaN);
        if (bar) bars.push(bar);
      }
    }
  };
  for await (const text of readTextChunks(file)) take(parser.push(text));
  take(parser.end());
  if (parser.kind === 'bars') requireTimeframe(bars, file, timeframe);
  return bars;
}

function appendBars(
  { bid, ask = bid, count, timeUs }: BarChunk,
  symbol: string,
  timeframe: Timeframe,
  bars: Bar[],
): void {
  const ohlc = (prices: typeof bid, i: number) => ({
    open: prices.open[i] ?? NaN,
    high: prices.high[i] ?? NaN,
    low: prices.low[i] ?? NaN,
    close: prices.close[i] ?? NaN,
  });
  for (let i = 0; i < count; i += 1) {
    const openTimeUs = timeUs[i] ?? NaN;
    bars.push({
      symbol,
      timeframe,
      openTimeUs,
      closeTimeUs: openTimeUs + timeframeUs(timeframe),
      bid: ohlc(bid, i),
      ask: ohlc(ask, i),
      tickCount: 0,
    });
  }
}

/** Live bars lie on the UTC grid of their timeframe; a model trained on others would meet what it never saw. */
function requireTimeframe(bars: readonly Bar[], file: string, timeframe: Timeframe): void {
  const found = timeframeOfSpacing(smallestSpacing(bars.map(({ openTimeUs }) => openTimeUs)));
  if (bars.length > 1 && found !== timeframe) {
    throw new ResearchError(
      'WRONG_BARS',
      `${file} holds bars of ${found ?? 'no timeframe we know'}; ${timeframe} was asked for.`,
    );
  }
  const askew = bars.find(({ openTimeUs }) => openTimeUs !== barOpenTimeUs(timeframe, openTimeUs));
  if (askew) {
    throw new ResearchError(
      'WRONG_BARS',
      `${file} has a bar at ${new Date(askew.openTimeUs / 1000).toISOString()}, where no ${timeframe} bar opens in UTC, as live bars do; train on ticks or shorter bars, or check the zone.`,
    );
  }
}
