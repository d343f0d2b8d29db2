import type { Instrument as InstrumentMessage } from '../gen/trading/common/v1/common';
import { bare } from './words';

/** The instrument of a message in bare words, as the kernels take it. */
export function plainInstrument(m: InstrumentMessage) {
  return {
    symbol: m.symbol,
    brokerSymbol: m.brokerSymbol,
    digits: m.digits,
    tickSize: m.tickSize,
    tickValue: m.tickValue,
    contractSize: m.contractSize,
    volumeMin: m.volumeMin,
    volumeMax: m.volumeMax,
    volumeStep: m.volumeStep,
    stopsLevelPoints: m.stopsLevelPoints,
    freezeLevelPoints: m.freezeLevelPoints,
    baseCurrency: m.baseCurrency,
    profitCurrency: m.profitCurrency,
    marginCurrency: m.marginCurrency,
    marginRate: m.marginRate,
    fillingModes: m.fillingModes.map((mode) => bare('FILLING_MODE', mode)),
    executionMode: bare('EXECUTION_MODE', m.executionMode),
    stopsOnOpen: bare('STOPS_ON_OPEN', m.stopsOnOpen),
    sessions: m.sessions,
    tradable: m.tradable,
  };
}
