import { INSTRUMENT } from '../testing/scripted-terminal';
import { likelyBrokerSymbol, mapSymbols } from './symbol-map';

const theirs = (...names: string[]) => names.map((name) => ({ ...INSTRUMENT, symbol: name, brokerSymbol: name }));
const named = (...args: Parameters<typeof mapSymbols>) =>
  mapSymbols(...args).instruments.map(({ brokerSymbol, symbol }) => `${brokerSymbol}=${symbol}`);

describe('the symbols of an account', () => {
  it('keep the names that the terminal gives them where nothing is registered', () => {
    expect(named([INSTRUMENT], {})).toEqual(['EURUSD.m=EURUSD']);
    expect(named(theirs('EURUSD', 'GER40'), {})).toEqual(['EURUSD=EURUSD', 'GER40=GER40']);
  });

  it('go by our names where the registration maps them, and by their suffixes', () => {
    const registration = { symbols: { XAUUSD: 'GOLD' }, symbolSuffixes: ['.m'] };
    expect(named(theirs('GOLD', 'EURUSD.m', 'US500'), registration)).toEqual([
      'GOLD=XAUUSD',
      'EURUSD.m=EURUSD',
      'US500=US500',
    ]);
    expect(likelyBrokerSymbol('XAUUSD', registration)).toBe('GOLD');
    expect(likelyBrokerSymbol('EURUSD', registration)).toBe('EURUSD.m');
  });

  it('never share a name: what is mapped comes before a suffix, the first suffix before the next', () => {
    expect(named(theirs('EURUSD', 'EURUSD.m', 'EURUSD.p'), { symbols: { EURUSD: 'EURUSD.p' } })).toEqual([
      'EURUSD=broker:EURUSD',
      'EURUSD.m=EURUSD.m',
      'EURUSD.p=EURUSD',
    ]);
    expect(named(theirs('EURUSD', 'EURUSD.m', 'EURUSD.p'), { symbolSuffixes: ['.p', '.m'] })).toEqual([
      'EURUSD=broker:EURUSD',
      'EURUSD.m=EURUSD.m',
      'EURUSD.p=EURUSD',
    ]);
  });

  it('say which mapped symbols the terminal lacks, and let no other take their names', () => {
    const mapped = mapSymbols(theirs('EURUSD', 'GBPUSD'), { symbols: { EURUSD: 'EURUSD.x', GBPUSD: 'GBPUSD' } });
    expect(mapped.missing).toEqual(['EURUSD']);
    expect(mapped.instruments.map(({ symbol }) => symbol)).toEqual(['broker:EURUSD', 'GBPUSD']);
  });
});
