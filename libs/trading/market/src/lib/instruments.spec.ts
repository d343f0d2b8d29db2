import { standardInstrument } from './instruments';

describe('standardInstrument', () => {
  it('knows FX pairs by their currencies', () => {
    expect(standardInstrument('EURUSD')).toMatchObject({
      symbol: 'EURUSD',
      brokerSymbol: 'EURUSD',
      digits: 5,
      tickSize: '0.00001',
      contractSize: '100000',
      volumeMin: '0.01',
      volumeMax: '100',
      volumeStep: '0.01',
      baseCurrency: 'EUR',
      profitCurrency: 'USD',
      marginCurrency: 'EUR',
      executionMode: 'MARKET',
      fillingModes: ['FOK', 'IOC'],
      stopsOnOpen: 'WITH',
      tradable: true,
    });
    expect(standardInstrument('GBPJPY')).toMatchObject({ digits: 3, tickSize: '0.001', profitCurrency: 'JPY' });
  });

  it('does not take six letters of anything else for a pair', () => {
    expect(standardInstrument('GOOGLE')).toMatchObject({ digits: 2, contractSize: '1', profitCurrency: 'USD' });
    expect(standardInstrument('USDUSD').contractSize).toBe('1');
  });

  it('knows the index, gold and bitcoin', () => {
    expect(standardInstrument('US500')).toMatchObject({
      digits: 2,
      tickSize: '0.01',
      contractSize: '1',
      volumeMin: '0.1',
      volumeStep: '0.1',
      volumeMax: '1000',
      profitCurrency: 'USD',
    });
    expect(standardInstrument('XAUUSD')).toMatchObject({ contractSize: '100', baseCurrency: 'XAU' });
    expect(standardInstrument('BTCUSD')).toMatchObject({ contractSize: '1', baseCurrency: 'BTC' });
  });

  it('lets the caller overrule it; the tick follows the digits unless given', () => {
    expect(standardInstrument('ACME', { digits: 4 })).toMatchObject({ digits: 4, tickSize: '0.0001' });
    expect(standardInstrument('EURUSD', { digits: 4 }).tickSize).toBe('0.0001');
    expect(standardInstrument('ES', { digits: 2, tickSize: '0.25' }).tickSize).toBe('0.25');
    expect(standardInstrument('EURUSD', { brokerSymbol: 'EURUSD.m' }).tickSize).toBe('0.00001');
  });
});
