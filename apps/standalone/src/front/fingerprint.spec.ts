import type { DataFacts } from './data-facts';
import { identityOf } from './fingerprint';
import { parseUpOptions } from './options';

const facts: DataFacts = {
  kind: 'bars',
  instrument: undefined as never,
  digits: 2,
  timeframe: 'D1',
  fileTimeframe: 'D1',
  rows: 1,
  ticks: 4,
  crossedTicks: 0,
  fromUs: 0,
  toUs: 1,
  spreadPoints: 50,
  skipped: { count: 0, examples: [] },
  files: [{ path: '/a.csv', sha256: 'abc', rows: 1, fromUs: 0, toUs: 1 }],
  firstQuote: { timeUs: 0, bid: 1, ask: 2 },
  lastQuote: { timeUs: 0, bid: 1, ask: 2 },
  quoteFrom: () => Promise.resolve(undefined),
};
const model = { name: 'm', version: '1', folder: '/m', trainedToUs: 0, digest: 'd' };

function fingerprint(argv: readonly string[] = [], data: Partial<DataFacts> = {}, choice = model): string {
  const command = parseUpOptions(argv, {});
  if (command.kind !== 'run') throw new Error('expected options');
  return identityOf(command.options, { ...facts, ...data }, choice).fingerprint;
}

describe('the fingerprint of a run', () => {
  const same = fingerprint();

  it.each([
    [['--speed', '10']],
    [['--json']],
    [['--exit-at-end']],
    [['--http-port', '0', '--postgres-port', '5433']],
    [['--data-dir', '/elsewhere']],
    [['--log-level', 'debug']],
    [['--fail-if', 'pnl<0']],
    [['--fresh']],
    [['--strategy-param', 'enter=0.55']],
  ])('stays with %j, which changes no result', (argv) => {
    expect(fingerprint(argv)).toBe(same);
  });

  it.each([
    [['--strategy', 'sma-cross']],
    [['--strategy-param', 'enter=0.56']],
    [['--balance', '1000']],
    [['--leverage', '10']],
    [['--commission', '1']],
    [['--slippage', '1']],
    [['--path', 'OHLC']],
    [['--tz', 'ny+7']],
    [['--seed', '1']],
    [['--on-bad-row', 'skip']],
  ])('changes with %j', (argv) => {
    expect(fingerprint(argv)).not.toBe(same);
  });

  it('changes with the data, the timeframe, the spread and the model', () => {
    expect(fingerprint([], { files: [{ path: '/b.csv', sha256: 'abc', rows: 1, fromUs: 0, toUs: 1 }] })).toBe(same);
    expect(fingerprint([], { files: [{ path: '/a.csv', sha256: 'xyz', rows: 1, fromUs: 0, toUs: 1 }] })).not.toBe(same);
    expect(fingerprint([], { timeframe: 'H4' })).not.toBe(same);
    expect(fingerprint([], { spreadPoints: 10 })).not.toBe(same);
    expect(fingerprint([], {}, { ...model, digest: 'e' })).not.toBe(same);
  });
});
