import { parseConfig } from '@trading/platform-config';
import { variables } from './config';

const SMA = { strategyId: 's', name: 'sma-cross', symbol: 'US500', timeframe: 'D1', accountId: 'a' };
const parse = (strategies: unknown) =>
  parseConfig(variables, { DATABASE_URL: 'postgresql://x@y/z', STRATEGIES: JSON.stringify(strategies) }).STRATEGIES;

describe('the environment of decision', () => {
  it('completes a strategy with its parameters and its one leg', () => {
    const [strategy] = parse([{ ...SMA, parameters: { fast: 5 } }]);
    expect(strategy).toMatchObject({ parameters: { fast: 5 }, legs: [{ accountId: 'a', share: '1' }], tradeFromUs: 0 });
    expect(Object.keys(strategy?.parameters ?? {}).length).toBeGreaterThan(1);
  });

  it.each([
    ['a strategy that there is not', [{ ...SMA, name: 'sma-cros' }], /\[0\]\.name: expected one of .*sma-cross/],
    ['a parameter that it does not have', [{ ...SMA, parameters: { fst: 5 } }], /\[0\]\.parameters: .*"fast"/],
    ['a timeframe that there is not', [{ ...SMA, timeframe: 'D2' }], /\[0\]\.timeframe: expected one of/],
    ['two strategies of one id', [SMA, SMA], /expected ids that differ/],
  ])('refuses %s', (_, strategies, message) => {
    expect(() => parse(strategies)).toThrow(message);
  });
});
