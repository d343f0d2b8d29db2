import { Decimal } from './decimal';
import type { Instrument } from './instrument';

/** ISO codes that make six letters an FX pair: without a list, any six-letter stock would be one. */
const CURRENCIES = new Set(
  'USD EUR GBP JPY CHF AUD NZD CAD SEK NOK DKK PLN CZK HUF TRY ZAR MXN SGD HKD CNH CNY ILS THB RON RUB BRL INR KRW'.split(
    ' ',
  ),
);

function withDigits(symbol: string, digits: number): Instrument {
  return {
    symbol,
    brokerSymbol: symbol,
    digits,
    tickSize: new Decimal(10).pow(-digits).toFixed(),
    tickValue: '',
    contractSize: '1',
    volumeMin: '0.1',
    volumeMax: '1000',
    volumeStep: '0.1',
    stopsLevelPoints: 0,
    freezeLevelPoints: 0,
    baseCurrency: 'USD',
    profitCurrency: 'USD',
    marginCurrency: 'USD',
    marginRate: '1',
    fillingModes: ['FOK', 'IOC'],
    executionMode: 'MARKET',
    stopsOnOpen: 'WITH',
    sessions: [],
    tradable: true,
  };
}

function currencyPair(symbol: string, base: string, profit: string): Instrument {
  return {
    ...withDigits(symbol, profit === 'JPY' ? 3 : 5),
    contractSize: '100000',
    volumeMin: '0.01',
    volumeMax: '100',
    volumeStep: '0.01',
    baseCurrency: base,
    profitCurrency: profit,
    marginCurrency: base,
  };
}

function standard(symbol: string, digits: number): Instrument {
  const base = symbol.slice(0, 3);
  const quote = symbol.slice(3);
  if (CURRENCIES.has(base) && CURRENCIES.has(quote) && base !== quote) return currencyPair(symbol, base, quote);
  const perLot = { volumeMin: '0.01', volumeMax: '100', volumeStep: '0.01' };
  switch (symbol) {
    case 'US500':
      return withDigits(symbol, 2);
    case 'XAUUSD':
      return { ...withDigits(symbol, 2), ...perLot, contractSize: '100', baseCurrency: 'XAU' };
    case 'BTCUSD':
      return { ...withDigits(symbol, 2), ...perLot, baseCurrency: 'BTC' };
    default:
      return withDigits(symbol, digits);
  }
}

/**
 * A usual retail specification: FX pairs by their six letters, US500, XAUUSD, BTCUSD; any other symbol is quoted in USD,
 * one unit per lot, with `overrides.digits` (default 2). A broker's own specification always goes before it.
 * `tickSize` follows an overridden `digits` unless it is given too.
 */
export function standardInstrument(symbol: string, overrides: Partial<Instrument> = {}): Instrument {
  const instrument = standard(symbol, overrides.digits ?? 2);
  const tickSize =
    overrides.digits === undefined ? instrument.tickSize : new Decimal(10).pow(-overrides.digits).toFixed();
  return { ...instrument, tickSize, ...overrides };
}
