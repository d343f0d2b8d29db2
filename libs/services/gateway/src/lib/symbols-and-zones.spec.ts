import { common, gateway as contract, TOPICS, type market } from '@trading/contracts';
import { ACCOUNT, TERMINAL_KEY } from '../testing/gateway-fixture';
import { useGateway } from '../testing/gateway-suite';
import { INSTRUMENT } from '../testing/scripted-terminal';

const HOUR_US = 3_600_000_000;
const GOLD = { ...INSTRUMENT, symbol: 'GOLD', brokerSymbol: 'GOLD' };
const SESSIONS = [{ fromMinute: 1_440, toMinute: 8_640 }];

describe('a gateway whose account has symbols and a time zone of its broker', () => {
  const suite = useGateway({
    accounts: [
      {
        accountId: ACCOUNT,
        login: '1001',
        server: 'Broker',
        live: false,
        zone: 'Etc/GMT-2',
        symbols: { XAUUSD: 'GOLD', XAGUSD: 'SILVER' },
        symbolSuffixes: ['.m'],
      },
    ],
    subscriptions: [{ symbol: 'XAUUSD', timeframe: 'M1' }],
  });
  const connect = async () => {
    const { gateway } = suite;
    const one = await gateway.dial();
    const instruments = [
      { ...INSTRUMENT, symbol: 'EURUSD.m' },
      { ...GOLD, sessions: SESSIONS },
    ];
    one.answers.set('symbol.get', () => ({ t: 'symbols', d: { instruments } }));
    await one.greet({ key: TERMINAL_KEY, hello: { caps: ['broker-time'] } });
    await gateway.until(() => gateway.log.entries.some(({ message }) => message === 'A terminal is connected.'));
    return one;
  };

  it('speaks of symbols by our names, of times in UTC, and to the terminal in its own', async () => {
    const one = await connect();
    const { gateway } = suite;
    expect(one.of('welcome').map(({ d }) => d)).toMatchObject([{ subscribe: [{ symbol: 'GOLD', timeframe: 'M1' }] }]);
    const { instruments } = await gateway.calls.listSymbols({ accountId: ACCOUNT });
    expect(instruments.map(({ symbol, brokerSymbol }) => [symbol, brokerSymbol])).toEqual([
      ['EURUSD', 'EURUSD.m'],
      ['XAUUSD', 'GOLD'],
    ]);
    expect(instruments[1]?.sessions).toEqual([{ fromMinute: 1_320, toMinute: 8_520 }]);
    const nowUs = Date.now() * 1_000;
    one.say('tick', { symbol: 'GOLD', first: 1, t: [nowUs + 2 * HOUR_US], b: ['2000.1'], a: ['2000.2'] });
    await gateway.until(() => gateway.of(TOPICS.marketTick, 'batch').length > 0);
    const [batch] = gateway.of(TOPICS.marketTick, 'batch');
    expect(batch).toMatchObject({ key: 'XAUUSD' });
    expect((batch?.message.body?.value as market.TickBatch).timeUs).toEqual([nowUs]);
    const order = gateway.order({ symbol: 'XAUUSD', worstPrice: '3000' });
    await gateway.calls.submitOrder(gateway.approved(order, { notAfterUs: nowUs + HOUR_US }));
    expect(one.of('order.submit').map(({ d }) => d)).toMatchObject([{ symbol: 'GOLD', notAfter: nowUs + HOUR_US }]);
  });

  it('reports what the terminal lacks, and refuses to order it', async () => {
    const one = await connect();
    const { gateway } = suite;
    const warnings = gateway.log.entries.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ fields: { accountId: ACCOUNT, missing: ['XAGUSD: SILVER'] } }]);
    const order = gateway.order({ symbol: 'XAGUSD' });
    expect(await gateway.calls.submitOrder(gateway.approved(order))).toMatchObject({
      status: contract.SubmitStatus.REJECTED,
      code: 'SYMBOL_UNKNOWN',
    });
    const close = gateway.order({
      coid: 'c2',
      symbol: 'OLD',
      side: common.Side.SELL,
      reduceOnly: true,
      positionId: 'p',
    });
    expect(await gateway.calls.submitOrder(gateway.approved(close))).toMatchObject({
      status: contract.SubmitStatus.JOURNALLED,
    });
    expect(one.of('order.submit')).toHaveLength(1);
  });
});
