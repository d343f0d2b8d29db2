import {
  parseZone,
  standardInstrument,
  type Instrument,
  type PathModel,
  type Timeframe,
} from '@trading/trading-market';
import { SimulatedBroker } from '@trading/trading-simulation';
import type { FeedConfig } from './feed-config';
import type { SimulatorConfig } from './simulator-config';
import { TickFeed } from './tick-feed';
import { TradedSymbols } from './traded-symbols';

/*
 * What the configuration describes: the symbols of the account, their quotes and the broker.
 */

export function symbolsOf({ feeds }: SimulatorConfig): TradedSymbols {
  return new TradedSymbols(feeds.map(instrumentOf));
}

/** Feeds from their start, in the order of the symbols. */
export function feedsOf({ feeds }: SimulatorConfig, symbols: TradedSymbols): TickFeed[] {
  return feeds.map((feed) => feedOf(feed, symbols.traded(feed.symbol)));
}

export function marginModeOf({ platform, marginMode }: SimulatorConfig): 'NETTING' | 'HEDGING' {
  return marginMode ?? (platform === 'MT4' ? 'HEDGING' : 'NETTING');
}

/** @throws SimulationConfigInvalid */
export function brokerOf(config: SimulatorConfig, { instruments }: TradedSymbols): SimulatedBroker {
  const { currency, leverage, deposit, commissionPerLot, slippagePoints, latencyUs, expiry } = config;
  const { limitFill, rolloverMinute, brokerZone, fillVolumePerTick, marginCallLevelPct, stopOutLevelPct } = config;
  return new SimulatedBroker({
    currency,
    leverage,
    deposit,
    instruments,
    costs: { commissionPerLot },
    slippagePoints,
    latencyUs,
    expiry,
    marginMode: marginModeOf(config),
    limitFill,
    rolloverMinute,
    ...(brokerZone !== undefined && { zone: brokerZone }),
    ...(fillVolumePerTick !== undefined && { fillVolumePerTick }),
    ...(marginCallLevelPct !== undefined && { marginCallLevelPct }),
    ...(stopOutLevelPct !== undefined && { stopOutLevelPct }),
  });
}

/** Symbols whose profit no pair among the symbols converts to the account's currency: the broker opens none of them. */
export function inconvertible({ currency }: SimulatorConfig, { instruments }: TradedSymbols): string[] {
  const quoted = new Set(instruments.map(({ symbol }) => symbol));
  return instruments.flatMap(({ symbol, profitCurrency }) => {
    const isConverted =
      profitCurrency === currency || quoted.has(profitCurrency + currency) || quoted.has(currency + profitCurrency);
    return isConverted ? [] : [symbol];
  });
}

function instrumentOf({ symbol, instrument }: FeedConfig): Instrument {
  const given = Object.entries(instrument).filter(([, value]) => value !== undefined);
  return standardInstrument(symbol, Object.fromEntries(given));
}

/** A feed from its start. */
export function feedOf(config: FeedConfig, instrument: Instrument): TickFeed {
  const zone = config.zone === undefined ? undefined : parseZone(config.zone);
  return new TickFeed({
    files: config.files,
    onBadRow: config.onBadRow,
    instrument,
    path: config.path as PathModel,
    spreadPoints: config.spreadPoints,
    ...(zone && { zone }),
    ...(config.timeframe !== undefined && { timeframe: config.timeframe as Timeframe }),
  });
}
