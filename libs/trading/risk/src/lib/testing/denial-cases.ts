import { standardInstrument } from '@trading/trading-market';
import type { DenialCode } from '../codes';
import type { RiskInput } from '../risk-input';
import { dec, NOW_US, type Changes } from './risk-input-of';

export const long = { lots: dec('0.1') };
export const reduction: Changes = { bare: true, order: { side: 'SELL', reduceOnly: true }, position: long };
export const operator = { origin: 'OPERATOR', strategyId: '' } as const;
export const resting = { type: 'STOP', price: dec('1.11'), stopLoss: dec('1.10') } as const;
export const lossLimit = {
  name: 'daily',
  anchor: 'dayStart',
  base: 'balance',
  measure: 'equity',
  limit: '5%',
  resetTime: '',
  resetZone: '',
  buffer: '',
  action: 'halt',
} as const;

export const news = { name: 'CPI', fromUs: NOW_US, toUs: NOW_US + 1, currencies: [] as string[] };
export const sent = [59_000_000, 1_000_000].map((ageUs) => ({
  ...{ symbol: 'EURUSD', side: 'SELL', lots: dec('0.2'), strategyId: 's1' },
  side: 'SELL' as const,
  atUs: NOW_US - ageUs,
}));
/** 7 a lot for each way; a long pays 3 a lot at the rollover. */
export const costs = () => ({ commissionPerLot: dec(7), swapLongPerLot: dec(-3), swapShortPerLot: dec(2) });

/** Sunday 2014-05-04, so many minutes after midnight UTC, with a fresh quote and account. */
export function atWeekMinute(minute: number): Partial<RiskInput> {
  const nowUs = NOW_US - 36 * 3_600_000_000 + minute * 60_000_000;
  return { nowUs, brokerWeekMinute: minute };
}

/** Each change turns an input that is approved into one that is denied with the code. */
export const DENIALS: readonly [DenialCode, string, Changes][] = [
  ['TRADING_STATE_HALTED', 'an unknown trading state', { input: { tradingState: undefined } }],
  ['TRADING_STATE_HALTED', 'an entry while HALTED', { input: { tradingState: 'HALTED' } }],
  ['TRADING_STATE_HALTED', "a strategy's reduction while HALTED", { ...reduction, input: { tradingState: 'HALTED' } }],
  ['TRADING_STATE_HALTED', "an operator's entry while HALTED", { order: operator, input: { tradingState: 'HALTED' } }],
  ['TRADING_STATE_REDUCING', 'an entry while REDUCING', { input: { tradingState: 'REDUCING' } }],
  [
    'TRADING_STATE_REDUCING',
    'an opposite order that does not say it reduces',
    { bare: true, order: { side: 'SELL' }, position: long, input: { tradingState: 'REDUCING' } },
  ],
  ['LIMITS_MISSING', 'no limits', { input: { limits: undefined } }],
  ['LIMITS_INVALID', 'a limit that is no number', { limits: { maxOrderLots: 'ten' } }],
  ['LIMITS_INVALID', 'a limit that nothing enforces', { limits: { maxMoonPhase: 5 } as object }],
  ['ACCOUNT_UNKNOWN', 'no account', { input: { account: undefined } }],
  ['ACCOUNT_UNKNOWN', 'an equity that is no number', { account: { equity: dec(NaN) } }],
  ['ACCOUNT_STALE', 'an old account', { account: { asOfUs: NOW_US - 300_001_000 } }],
  ['ACCOUNT_DISABLED', 'a disabled account', { account: { enabled: false } }],
  ['MODE_NOT_ALLOWED', 'real money without permission', { account: { tradeMode: 'REAL' } }],
  ['INSTRUMENT_UNKNOWN', 'no instrument', { input: { instrument: undefined } }],
  ['INSTRUMENT_UNKNOWN', 'another instrument', { instrument: { symbol: 'GBPUSD' } }],
  ['NOT_TRADABLE', 'an instrument that cannot be traded', { instrument: { tradable: false } }],
  [
    'SESSION_CLOSED',
    'a closed session',
    { instrument: { sessions: [{ fromMinute: 0, toMinute: 60 }] }, input: { brokerWeekMinute: 60 } },
  ],
  [
    'SESSION_CLOSED',
    "sessions without the broker's time",
    { instrument: { sessions: [{ fromMinute: 0, toMinute: 10_080 }] } },
  ],
  ['SESSION_BLOCKED', 'a blocked session', { limits: { blockedSessions: ['Mon 07:00-Mon 09:00 America/New_York'] } }],
  ['SESSION_BLOCKED', 'a blocked session over the weekend', { limits: { blockedSessions: ['Fri 21:00-Mon 12:01'] } }],
  ['NEWS_BLACKOUT', 'news of one of its currencies', { limits: { newsBlackouts: [{ ...news, currencies: ['USD'] }] } }],
  ['NEWS_BLACKOUT', 'news of any currency', { limits: { newsBlackouts: [news] } }],
  ['WEEKLY_FLAT', 'the end of the week', { limits: { weeklyFlat: 'Mon 08:00 America/New_York' } }],
  [
    'WEEKLY_FLAT',
    'a session of the week that has ended for the account',
    {
      limits: { weeklyFlat: 'Mon 11:59' },
      instrument: { sessions: [{ fromMinute: 0, toMinute: 10_080 }] },
      input: { brokerWeekMinute: 2160 },
    },
  ],
  ['PRICE_MISSING', 'a stop-limit order without its limit', { order: { type: 'STOP_LIMIT', price: dec('1.11') } }],
  ['PRICE_MISSING', 'a limit order without a price', { order: { type: 'LIMIT' } }],
  ['PRICE_OFF_TICK', 'a price between ticks', { order: { type: 'LIMIT', price: dec('1.099995') } }],
  ['STOP_OFF_TICK', 'a stop loss between ticks', { order: { stopLoss: dec('1.090001') } }],
  ['STOP_OFF_TICK', 'a take profit between ticks', { order: { takeProfit: dec('1.200001') } }],
  ['EXPIRY_INVALID', 'an order that has expired', { order: { expiresUs: NOW_US } }],
  ['VOLUME_OUT_OF_RANGE', 'less than the least volume', { order: { volumeLots: dec('0.001') } }],
  ['VOLUME_OUT_OF_RANGE', 'a volume of zero', { instrument: { volumeMin: '0' }, order: { volumeLots: dec(0) } }],
  ['VOLUME_OUT_OF_RANGE', 'a volume that is no number', { order: { volumeLots: dec(NaN) } }],
  ['VOLUME_OUT_OF_RANGE', "more than the instrument's volume", { order: { volumeLots: dec(101) } }],
  ['VOLUME_OUT_OF_RANGE', "more than the account's limit", { limits: { maxOrderLots: '0.09' } }],
  ['VOLUME_OFF_STEP', 'a volume between steps', { order: { volumeLots: dec('0.105') } }],
  ['STRATEGY_CONFLICT', "another strategy's position", { position: { ...long, strategyId: 's2' } }],
  ['STRATEGY_CONFLICT', "another strategy's working order", { reservations: [{ strategyId: 's2' }] }],
  [
    'STRATEGY_CONFLICT',
    "a reduction of another strategy's position",
    { ...reduction, position: { ...long, strategyId: 's2' } },
  ],
  [
    'POSITION_UNNAMED',
    'a reduction on a hedging account that names no position',
    { ...reduction, input: { marginMode: 'HEDGING' } },
  ],
  ['NOTHING_TO_REDUCE', 'a reduction of nothing', { bare: true, order: { side: 'SELL', reduceOnly: true } }],
  ['NOTHING_TO_REDUCE', 'a reduction that would add', { bare: true, order: { reduceOnly: true }, position: long }],
  ['REDUCTION_TOO_LARGE', 'an oversized reduction', { ...reduction, position: { lots: dec('0.09') } }],
  [
    'REDUCTION_TOO_LARGE',
    'a reduction of what is being closed',
    { ...reduction, reservations: [{ side: 'SELL', lots: dec('0.01'), reduceOnly: true }] },
  ],
  [
    'REDUCTION_TOO_LARGE',
    'a reduction of what an opposite entry would close',
    { ...reduction, reservations: [{ side: 'SELL', lots: dec('0.01') }] },
  ],
  ['QUOTE_MISSING', 'no quote', { input: { quote: undefined } }],
  ['QUOTE_MISSING', 'a bid of zero', { quote: { bid: 0 } }],
  ['QUOTE_MISSING', 'an ask that is no number', { quote: { ask: NaN } }],
  ['QUOTE_STALE', 'an old quote', { quote: { timeUs: NOW_US - 5_001_000 } }],
  ['QUOTE_CROSSED', 'a crossed quote', { quote: { bid: 1.1002 } }],
  ['SPREAD_TOO_WIDE', 'a wide spread', { limits: { maxSpreadPoints: '9.9' } }],
  ['STOP_WRONG_SIDE', 'a stop loss above a long', { order: { stopLoss: dec('1.1') } }],
  ['STOP_WRONG_SIDE', 'a take profit below a long', { order: { takeProfit: dec('1.09') } }],
  ['STOP_WRONG_SIDE', 'a stop loss below a short', { order: { side: 'SELL' } }],
  ['STOP_TOO_CLOSE', 'a stop loss within the stops level', { order: { stopLoss: dec('1.09991') } }],
  ['STOP_TOO_CLOSE', 'a take profit within the stops level', { order: { takeProfit: dec('1.10009') } }],
  [
    'PRICE_BEYOND_COLLAR',
    'a limit price beyond the collar',
    { order: { type: 'LIMIT', price: dec('1.12') }, limits: { priceCollarPct: '1' } },
  ],
  [
    'PRICE_BEYOND_COLLAR',
    'a tick coarser than the collar',
    { bare: true, instrument: { tickSize: '1' }, quote: { bid: 1.5, ask: 1.5 }, limits: { priceCollarPct: '1' } },
  ],
  [
    'PRICE_BEYOND_COLLAR',
    'a stop-limit price beyond the collar of its trigger',
    { order: { type: 'STOP_LIMIT', price: dec('1.11'), stopLimitPrice: dec('1.13') }, limits: { priceCollarPct: '1' } },
  ],
  [
    'RESTING_TOO_FAR',
    'a resting order far from the market',
    { order: { type: 'STOP', price: dec('1.12'), stopLoss: dec('1.11') }, limits: { maxRestingDistancePct: '1.8' } },
  ],
  ['CONVERSION_MISSING', 'no rate', { account: { currency: 'EUR' } }],
  ['STOP_REQUIRED', 'no stop loss where one is required', { bare: true, limits: { stopLossRequired: true } }],
  [
    'STOP_REQUIRED',
    'no stop loss where the risk per trade is bounded',
    { bare: true, limits: { maxRiskPerTradePct: '1' } },
  ],
  ['TRADE_RISK_EXCEEDED', 'a stop too far away', { limits: { maxRiskPerTradePct: '0.5' } }],
  ['ORDER_NOTIONAL_EXCEEDED', 'too large a notional', { limits: { maxOrderNotional: '11000.9' } }],
  [
    'POSITION_EXCEEDED',
    'too large a position with what is held',
    { position: long, limits: { maxPositionLots: '0.19' } },
  ],
  [
    'POSITION_EXCEEDED',
    'too large a position with what is reserved',
    { reservations: [{}], limits: { maxPositionLots: '0.19' } },
  ],
  [
    'POSITION_EXCEEDED',
    'a reserved sale counted against a long entry',
    { reservations: [{ side: 'SELL', lots: dec('0.2') }], limits: { maxPositionLots: '0.19' } },
  ],
  ['SYMBOL_EXPOSURE_EXCEEDED', 'too much of one symbol', { limits: { maxSymbolExposure: '11000' } }],
  ['CURRENCY_EXPOSURE_EXCEEDED', 'too much of one currency', { limits: { maxCurrencyExposure: '11000' } }],
  [
    'CURRENCY_EXPOSURE_EXCEEDED',
    'too much of one currency through another symbol',
    {
      reservations: [{ symbol: 'GBPUSD' }],
      limits: { maxCurrencyExposure: '21000' },
      input: { instrumentOf: (symbol) => standardInstrument(symbol) },
    },
  ],
  ['GROSS_EXPOSURE_EXCEEDED', 'too much gross exposure', { limits: { maxGrossExposure: '11000' } }],
  [
    'INSTRUMENT_UNKNOWN',
    'exposure in an instrument that is not known',
    { reservations: [{ symbol: 'GBPUSD' }], limits: { maxGrossExposure: '99999999' } },
  ],
  ['NET_EXPOSURE_EXCEEDED', 'too much net exposure', { limits: { maxNetExposure: '11000' } }],
  [
    'TOO_MANY_POSITIONS',
    'one position too many',
    {
      input: { positions: new Map([['US500', { lots: dec(1), averagePrice: dec(4000), strategyId: 's3' }]]) },
      limits: { maxOpenPositions: 1 },
    },
  ],
  ['TOO_MANY_ORDERS', 'one order too many', { input: { openOrders: 3 }, limits: { maxOpenOrders: 3 } }],
  ['MARGIN_INSUFFICIENT', 'too little free margin', { account: { freeMargin: dec(400) } }],
  [
    'MARGIN_INSUFFICIENT',
    'too little free margin with what is reserved',
    { account: { freeMargin: dec(700) }, reservations: [{}] },
  ],
  ['MARGIN_INSUFFICIENT', 'too little margin left over', { limits: { minFreeMarginPct: '96' } }],
  ['MARGIN_INSUFFICIENT', 'an unknown leverage', { account: { leverage: 0 } }],
  ['RISK_UNAVAILABLE', 'a loss limit without an anchor', { limits: { lossLimits: [lossLimit] } }],
  ['LOSS_LIMIT', 'a stop below the floor', { anchors: [{ floor: dec('9949.01') }] }],
  ['LOSS_LIMIT', 'a stop below the floor and its buffer', { anchors: [{ floor: dec(9900), buffer: dec('49.01') }] }],
  ['LOSS_LIMIT', 'a limit that was breached', { anchors: [{ breached: true }] }],
  [
    'LOSS_LIMIT',
    'a stop of an open position',
    { position: { lots: dec('0.1'), stopLoss: dec('1.05') }, anchors: [{}] },
  ],
  ['LOSS_LIMIT', 'a reserved loss', { reservations: [{ lossAtStop: dec(450) }], anchors: [{}] }],
  [
    'LOSS_LIMIT',
    'a stop below the floor by what it costs',
    { anchors: [{ floor: dec(9949) }], input: { costsOf: costs } },
  ],
  [
    'COOLING_DOWN',
    'an order soon after a loss',
    { limits: { coolDownAfterLossMs: 60_000 }, input: { lastLossUs: NOW_US - 59_999_000 } },
  ],
  [
    'RATE_EXCEEDED',
    'a third order within a minute',
    { limits: { maxOrdersPerMinute: 2 }, input: { recentOrders: sent } },
  ],
  [
    'RATE_EXCEEDED',
    'an order after as many cancels as allowed',
    { limits: { maxCancelsPerMinute: 2 }, input: { recentCancelsUs: [NOW_US - 59_000_000, NOW_US] } },
  ],
  [
    'DUPLICATE_ORDER',
    'the same order again',
    {
      limits: { duplicateGuardMs: 1000 },
      input: {
        recentOrders: [{ symbol: 'EURUSD', side: 'BUY', lots: dec('0.10'), atUs: NOW_US - 999_000, strategyId: 's1' }],
      },
    },
  ],
];
