import type { common, gateway } from '@trading/contracts';
import { systemClock, type Clock } from '@trading/platform-config';
import type { Logger } from '@trading/platform-logging';
import type { SeriesRow, TimeSeriesStore } from '@trading/platform-timeseries';
import { FEATURE_SCHEMA } from '@trading/trading-features';
import { timeframeUs } from '@trading/trading-market';
import type { PredictionSeries } from './prediction-config';
import { seedOf, type HistoryBar, type SeriesSeed } from './series-seed';

export interface WarmUpPorts {
  /** Absent: nobody knows the past, and series begin cold. */
  readonly gateway: Pick<gateway.GatewayService, 'getHistory'> | undefined;
  readonly timeSeries: Pick<TimeSeriesStore, 'query'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly clock?: Clock;
}

/** A series that goes on, and the bars that closed while nobody looked. */
export interface Warmed {
  readonly seed: SeriesSeed;
  /** Closed bars that were not stored, with the numbers that they take; oldest first. */
  readonly missed: readonly { readonly seq: number; readonly bar: HistoryBar }[];
}

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** How far back bars are looked for: over a long holiday, and what was missed of at most a month. */
const FURTHEST_US = 31 * DAY_US;
/** Asked for beyond now, for terminals whose clock is ahead of ours. */
const AHEAD_US = HOUR_US;
const PAGE = 5_000;

/**
 * Asks a live account's terminal for the bars that a series has missed, after a restart or while the terminal was away,
 * and for as many before them as its features look back. What cannot be had leaves the series cold, which its
 * predictions say (`WARMING_UP`).
 */
export class WarmUp {
  private readonly clock: Clock;

  constructor(private readonly ports: WarmUpPorts) {
    this.clock = ports.clock ?? systemClock;
  }

  async of(accountId: string, series: PredictionSeries): Promise<Warmed | undefined> {
    const { symbol, timeframe } = series;
    const fields = { accountId, symbol, timeframe };
    const last = await this.lastStored(accountId, series);
    const bars = await this.bars(accountId, series, last?.timeUs).catch((error: unknown) => {
      this.ports.logger.warn({ ...fields, error: String(error) }, 'A series begins cold: its past could not be had.');
      return undefined;
    });
    if (bars === undefined && last === undefined) return undefined;
    const warmed = warmedBy(bars ?? [], last);
    const [missed, known] = [warmed.missed.length, warmed.seed.features.bars.length];
    const sentence = known === 0 ? 'A series begins cold.' : 'A series goes on with the bars of its terminal.';
    this.ports.logger.info({ ...fields, missed, bars: known }, sentence);
    return warmed;
  }

  private async lastStored(account: string, { symbol, timeframe }: PredictionSeries): Promise<SeriesRow | undefined> {
    const tags = { account, symbol, timeframe };
    const rows = await this.ports.timeSeries.query('bar', tags, { limit: 1, descending: true }).catch(() => []);
    return rows.at(-1);
  }

  private async bars(
    accountId: string,
    { symbol, timeframe }: PredictionSeries,
    lastUs: number | undefined,
  ): Promise<HistoryBar[] | undefined> {
    const { gateway } = this.ports;
    if (gateway === undefined) return undefined;
    const durationUs = timeframeUs(timeframe);
    // One more than the features look back to: the last bar may still grow.
    const needed = FEATURE_SCHEMA.warmUpBars + 1;
    const nowUs = this.clock.nowUs();
    const toUs = nowUs + durationUs + AHEAD_US;
    const earliestUs = nowUs - needed * durationUs - FURTHEST_US;
    for (let spanUs = 2 * needed * durationUs; ; spanUs *= 4) {
      const fromUs = Math.max(earliestUs, Math.min(nowUs - spanUs, lastUs ?? Infinity));
      const bars = await allOf(gateway, { accountId, symbol, timeframe, fromUs, toUs, limit: PAGE });
      // Markets sleep: what is looked for may lie beyond a weekend.
      if (bars.length >= needed || fromUs <= earliestUs) return bars;
    }
  }
}

async function allOf(
  gateway: Pick<gateway.GatewayService, 'getHistory'>,
  request: gateway.GetHistoryRequest,
): Promise<HistoryBar[]> {
  const bars: HistoryBar[] = [];
  for (let { fromUs } = request; ;) {
    const page = await gateway.getHistory({ ...request, fromUs });
    for (const bar of page.bars) if (hasBid(bar)) bars.push(bar);
    const last = page.bars.at(-1);
    if (last === undefined || page.bars.length < request.limit) return bars;
    fromUs = last.openTimeUs + 1;
  }
}

const hasBid = (bar: common.Bar): bar is HistoryBar => bar.bid !== undefined;

/**
 * The terminal's last bar grows until a tick closes it, also when its time is over: the tick that would have closed it
 * is yet to come. One that was stored has been closed and predicted before.
 */
function warmedBy(bars: readonly HistoryBar[], last: SeriesRow | undefined): Warmed {
  const lastUs = last?.timeUs ?? -Infinity;
  const newest = bars.at(-1);
  const isGrowing = newest !== undefined && newest.openTimeUs > lastUs;
  const closed = isGrowing ? bars.slice(0, -1) : bars;
  const before = last?.seq ?? 0;
  // A series that nothing was stored of begins to count with its first prediction.
  const unseen = last === undefined ? [] : closed.filter(({ openTimeUs }) => openTimeUs > lastUs);
  const missed = unseen.map((bar, i) => ({ seq: before + i + 1, bar }));
  return { seed: seedOf(closed, isGrowing ? newest : undefined, before + missed.length), missed };
}
