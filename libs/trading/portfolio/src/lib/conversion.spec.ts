import { Decimal } from '@trading/trading-market';
import { CrossRates } from './conversion';

describe('CrossRates', () => {
  it('gives the mid of a pair, and its inverse the other way', () => {
    const rates = new CrossRates();
    rates.onQuote('EURUSD', 1.1, 1.3);
    expect(rates.rate('EUR', 'USD')?.toString()).toBe('1.2');
    expect(rates.rate('USD', 'EUR')?.mul('1.2').toDecimalPlaces(30).toString()).toBe('1');
  });

  it('is 1 between a currency and itself, without any quote', () => {
    expect(new CrossRates().rate('USD', 'USD')).toEqual(new Decimal(1));
  });

  it('prefers the pair itself to its reverse', () => {
    const rates = new CrossRates();
    rates.onQuote('USDEUR', 0.5, 0.5);
    rates.onQuote('EURUSD', 1.25, 1.25);
    expect(rates.rate('EUR', 'USD')?.toString()).toBe('1.25');
  });

  it('knows no rate without a pair, and chains none through a third currency', () => {
    const rates = new CrossRates();
    rates.onQuote('EURUSD', 1.1, 1.1);
    rates.onQuote('USDJPY', 110, 110);
    expect(rates.rate('EUR', 'JPY')).toBeUndefined();
  });

  it.each([
    ['crossed', 'EURUSD', 1.2, 1.1],
    ['zero', 'EURUSD', 0, 1.1],
    ['NaN', 'EURUSD', NaN, 1.1],
    ['infinite', 'EURUSD', 1.1, Infinity],
    ['of another kind of symbol', 'US500', 1.1, 1.1],
  ])('passes over a quote that is %s', (_what, symbol, bid, ask) => {
    const rates = new CrossRates();
    rates.onQuote(symbol, bid, ask);
    expect(rates.snapshot()).toEqual({});
  });

  it('restores from its snapshot through JSON', () => {
    const rates = new CrossRates();
    rates.onQuote('USDJPY', 109.99, 110.01);
    const state = JSON.parse(JSON.stringify(rates.snapshot())) as ReturnType<CrossRates['snapshot']>;
    expect(CrossRates.restore(state).rate('USD', 'JPY')?.toString()).toBe('110');
  });
});
