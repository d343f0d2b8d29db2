import { Decimal } from '@trading/trading-market';
import type { Checklist } from './checklist';
import { mostLong, mostShort, type SymbolExposure, type Valuation } from './exposure';
import { limitValue, type RiskLimits } from './limits';
import type { RiskInput } from './risk-input';

interface Range {
  readonly low: Decimal;
  readonly high: Decimal;
}

/**
 * Exposure of the order's two currencies, through all symbols: a long EURUSD is long of EUR and short of USD by its
 * notional, in the account's currency. An instrument that is quoted in its own base currency, such as an index, counts
 * once. Any subset of what is reserved may fill, so the further end of the range decides.
 */
export function checkCurrencies(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  after: ReadonlyMap<string, SymbolExposure>,
  values: Valuation,
): boolean {
  const most = limitValue(limits.maxCurrencyExposure);
  const { instrument } = input;
  if (!most || !instrument) return true;
  const ranges = new Map<string, Range>();
  const add = (currency: string, low: Decimal, high: Decimal): void => {
    const before = ranges.get(currency);
    ranges.set(currency, before ? { low: before.low.plus(low), high: before.high.plus(high) } : { low, high });
  };
  for (const exposure of after.values()) {
    const value = values.lotValue(exposure.symbol);
    if (value.kind === 'missing') return list.check(value.code, false, value.what, '');
    const { baseCurrency, profitCurrency } = value.instrument;
    const low = mostShort(exposure).mul(value.perLot);
    const high = mostLong(exposure).mul(value.perLot);
    add(baseCurrency, low, high);
    if (profitCurrency !== baseCurrency) add(profitCurrency, high.neg(), low.neg());
  }
  for (const currency of new Set([instrument.baseCurrency, instrument.profitCurrency])) {
    const { low, high } = ranges.get(currency) ?? { low: new Decimal(0), high: new Decimal(0) };
    const worst = Decimal.max(low.abs(), high.abs());
    const message = `The exposure in ${currency} would be ${worst.toFixed(2)}; the limit is ${most.toFixed()}.`;
    if (!list.check('CURRENCY_EXPOSURE_EXCEEDED', worst.lte(most), worst, most, message)) return false;
  }
  return true;
}
