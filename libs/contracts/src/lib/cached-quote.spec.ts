import { cachedQuoteOf, quoteKey } from './cached-quote';

describe('a cached quote', () => {
  it('has a key of its own for every account and symbol', () => {
    expect(quoteKey('acc-1', 'EURUSD')).toBe('quote.v1:acc-1:EURUSD');
    expect(quoteKey('a:b', 'c')).not.toBe(quoteKey('a', 'b:c'));
  });

  it('is taken only when it is whole', () => {
    const quote = { timeUs: 5, bid: 1.1, ask: 1.2 };
    expect(cachedQuoteOf({ ...quote, more: true })).toEqual(quote);
    const broken = [null, 'x', 7, {}, { ...quote, bid: 0 }, { ...quote, ask: null }, { ...quote, timeUs: 1.5 }];
    expect(broken.map(cachedQuoteOf)).toEqual(broken.map(() => undefined));
  });
});
