import { common, gateway as contract, terminal, TOPICS } from '@trading/contracts';
import { ACCOUNT } from '../testing/gateway-fixture';
import { useGateway } from '../testing/gateway-suite';
import type { ScriptedTerminal } from '../testing/scripted-terminal';
import type { GatewayConfig } from './gateway-config';
import { paperTermsSchema, type PaperTerms } from './paper-terms';

const { JOURNALLED, REJECTED } = contract.SubmitStatus;
/** Ahead of the clock, which tells the time until the first quote. */
const T0 = (Math.ceil(Date.now() / 3_600_000) + 1) * 3_600_000_000;
const LATER_US = T0 + 3_600_000_000;
const BAR = { open: 0, close: 60_000_000, bid: { o: '1.1', h: '1.1', l: '1.1', c: '1.1' }, ticks: 1 };
const LIVE = { caps: [] as string[], tradeMode: 'REAL' as const, leverage: 500, marginMode: 'HEDGING' as const };

const configOf = (terms: Partial<PaperTerms> = {}): Partial<GatewayConfig> => ({
  accounts: [
    {
      accountId: ACCOUNT,
      login: '1001',
      server: 'Broker',
      live: false,
      paper: paperTermsSchema.parse({ deposit: '10000', commissionPerLot: '3', ...terms }),
    },
  ],
});

describe('an account on paper', () => {
  const suite = useGateway(configOf());
  const calls = () => suite.gateway.calls;
  let ticks = 0;
  const quote = (one: ScriptedTerminal, timeUs: number, bid: string, ask: string): void =>
    one.ticks(++ticks, [[T0 + timeUs, bid, ask]]);
  const saidOf = ($case: string) =>
    suite.gateway.of(TOPICS.tradeEvent, $case).map(({ message }) => message as unknown as contract.TradeEvent);
  const valuesOf = ($case: string) => saidOf($case).map(({ body }) => body?.value);
  const until = (isSo: () => boolean) => suite.gateway.until(isSo);
  /** A session whose last quote is at `timeUs`. */
  const connect = async (timeUs = 1_000, bid = '1.10000', ask = '1.10010'): Promise<ScriptedTerminal> => {
    const one = await suite.gateway.connect(LIVE);
    one.answers.set('rates.get', () => ({ t: 'rates', d: { bars: [BAR] } }));
    const before = suite.gateway.of(TOPICS.marketTick, 'batch').length;
    quote(one, timeUs, bid, ask);
    await until(() => suite.gateway.of(TOPICS.marketTick, 'batch').length > before);
    return one;
  };
  const submit = (more: Partial<common.OrderRequest>) =>
    calls().submitOrder(suite.gateway.approved(suite.gateway.order(more), { notAfterUs: LATER_US }));
  const snapshot = () => calls().getSnapshot({ accountId: ACCOUNT });

  it("fills at its terminal's next quote, by our broker, in the words of a terminal", async () => {
    const one = await connect();
    expect(await submit({ stopLoss: '1.09000', takeProfit: '1.12000' })).toMatchObject({ status: JOURNALLED });
    quote(one, 900_000_000, '1.10050', '1.10060');
    await until(() => saidOf('deal').length === 1);
    expect(valuesOf('result')).toMatchObject([{ coid: 'order-1', status: 'DONE', price: '1.10060', dealTicket: '1' }]);
    expect(valuesOf('deal')).toMatchObject([
      { coid: 'order-1', symbol: 'EURUSD', price: '1.10060', volumeLots: '0.10', commission: '-0.30', reason: 'order' },
    ]);
    expect(
      saidOf('result')
        .concat(saidOf('deal'))
        .map(({ seq }) => seq),
    ).toEqual([1, 2]);
    const { account, positions } = await snapshot();
    expect(positions).toMatchObject([
      { symbol: 'EURUSD', volumeLots: '0.10', stopLoss: '1.09000', takeProfit: '1.12000' },
    ]);
    expect(account).toMatchObject({ currency: 'USD', balance: '9999.70', leverage: 100 });
    expect(account?.marginMode).toBe(common.MarginMode.NETTING);
    expect(account?.tradeMode).toBe(common.TradeMode.DEMO);
    quote(one, 901_000_000, '1.08900', '1.08910');
    await until(() => saidOf('deal').length === 2);
    expect(valuesOf('deal')[1]).toMatchObject({ reason: 'sl', price: '1.08900', origin: common.Origin.BROKER });
  });

  it('tells its terminal nothing that trades, whatever is commanded', async () => {
    const one = await connect();
    const named = { accountId: ACCOUNT, epoch: 1 };
    await submit({});
    quote(one, 900_000_000, '1.10050', '1.10060');
    await until(() => saidOf('deal').length === 1);
    await submit({
      coid: 'order-2',
      type: common.OrderType.LIMIT,
      price: '1.05000',
      timeInForce: common.TimeInForce.GTC,
    });
    await until(() => saidOf('order').length === 1);
    const change = { ...named, coid: 'order-2', symbol: 'EURUSD', requestId: 'r1', price: '1.06000', verb: 'modify' };
    const approval = suite.gateway.signed({ ...change, notAfterUs: LATER_US });
    await calls().modifyOrder(contract.ModifyOrderRequest.fromPartial({ ...change, approval }));
    await calls().cancelOrder({ ...named, coid: 'order-2', requestId: 'r2', brokerTicket: '' });
    await until(() => saidOf('order').length === 3);
    await calls().queryOrder({ accountId: ACCOUNT, coid: 'order-9', tombstone: true });
    await calls().fence({ accountId: ACCOUNT, epoch: 4 });
    await calls().listHistory({ accountId: ACCOUNT, fromUs: 0, after: '' });
    const history = { accountId: ACCOUNT, symbol: 'EURUSD', timeframe: 'M1', fromUs: 0, toUs: 60_000_000, limit: 10 };
    expect((await calls().getHistory(history)).bars).toHaveLength(1);
    await snapshot();
    await calls().flatten({ accountId: ACCOUNT, requestId: 'f1', reason: 'spec' });
    quote(one, 901_000_000, '1.10050', '1.10060');
    await until(() => saidOf('deal').length === 2);
    expect((await snapshot()).positions).toEqual([]);
    const heard = new Set(one.heard.map(({ t }) => t));
    for (const type of ['challenge', 'welcome', 'symbol.get', 'rates.get', 'ping', 'ack']) heard.delete(type);
    expect([...heard]).toEqual([]);
  });

  it('places, changes and cancels orders, each request once', async () => {
    await connect();
    const order = {
      coid: 'order-2',
      type: common.OrderType.LIMIT,
      price: '1.05000',
      timeInForce: common.TimeInForce.GTC,
    };
    expect(await submit(order)).toMatchObject({ status: JOURNALLED, duplicate: false });
    expect(await submit(order)).toMatchObject({ status: JOURNALLED, duplicate: true });
    expect(await submit({ ...order, price: '1.04000' })).toMatchObject({ status: REJECTED, code: 'COID_CONFLICT' });
    const cancel = { accountId: ACCOUNT, epoch: 1, coid: 'order-2', requestId: 'r2', brokerTicket: '' };
    await calls().cancelOrder(cancel);
    await calls().cancelOrder(cancel);
    await until(() => saidOf('order').length === 2);
    expect(valuesOf('order')).toMatchObject([
      { state: contract.OrderUpdateState.PLACED, price: '1.05000' },
      { state: contract.OrderUpdateState.CANCELED },
    ]);
    expect(valuesOf('result')).toMatchObject([
      { coid: 'order-2', status: 'PLACED' },
      { coid: 'order-2', status: 'DONE', verb: 'cancel', requestId: 'r2' },
    ]);
    expect((await calls().listHistory({ accountId: ACCOUNT, fromUs: 0, after: '' })).orders).toHaveLength(1);
  });

  it('refuses what a terminal would: a lower epoch, a buried client order id, a symbol that is not offered', async () => {
    await connect();
    await calls().queryOrder({ accountId: ACCOUNT, coid: 'order-1', tombstone: true });
    expect(await submit({})).toMatchObject({ status: REJECTED, code: 'COID_TOMBSTONED' });
    expect(await submit({ coid: 'order-3', symbol: 'XAUUSD' })).toMatchObject({ code: 'SYMBOL_UNKNOWN' });
    await calls().fence({ accountId: ACCOUNT, epoch: 7 });
    expect(await submit({ coid: 'order-4' })).toMatchObject({ status: REJECTED, code: 'EPOCH_STALE' });
  });

  it('goes on after a crash with the same tickets, positions and events, and says nothing twice', async () => {
    const one = await connect();
    await submit({});
    await submit({
      coid: 'order-2',
      type: common.OrderType.LIMIT,
      price: '1.05000',
      timeInForce: common.TimeInForce.GTC,
    });
    quote(one, 900_000_000, '1.10050', '1.10060');
    await until(() => saidOf('deal').length === 1);
    const before = await snapshot();
    const said = saidOf('deal').length + saidOf('order').length + saidOf('result').length;
    expect(said).toBe(4);

    await suite.restart('crash');
    const two = await connect(901_000_000, '1.10050', '1.10060');
    const after = await snapshot();
    expect({ ...after, timeUs: 0 }).toEqual({ ...before, timeUs: 0 });
    expect(saidOf('deal').concat(saidOf('order'), saidOf('result'))).toEqual([]);
    expect(await submit({})).toMatchObject({ duplicate: true });
    quote(two, 902_000_000, '1.04000', '1.04010');
    await until(() => saidOf('deal').length === 1);
    expect(saidOf('deal')).toMatchObject([
      { seq: 5, body: { value: { dealTicket: '2', orderTicket: '2', price: '1.05000' } } },
    ]);
    expect((await calls().listHistory({ accountId: ACCOUNT, fromUs: 0, after: '' })).deals).toHaveLength(2);
  });

  it("leaves its terminal's own account alone, and what happens there out of the books", async () => {
    const one = await connect();
    const frame = {
      deal: 'x',
      order: 'x',
      position: 'x',
      coid: '',
      tag: '',
      magic: '0',
      symbol: 'EURUSD.m',
      side: 'BUY',
    };
    const money = { volume: '9', price: '1', commission: '0', swap: '0', profit: '0', positionVolume: '9' };
    one.say('trade.event', { ...frame, ...money, reason: 'manual', time: 5 }, { seq: 1 });
    await one.until(({ t, ack }) => t === 'ack' && ack === 1);
    const account = {
      currency: 'EUR',
      balance: '1',
      equity: '1',
      margin: '0',
      freeMargin: '1',
      leverage: 1,
      credit: '0',
    };
    one.say('account', { time: 6, ...account });
    quote(one, 2_000, '1.10000', '1.10010');
    expect((await snapshot()).account).toMatchObject({ currency: 'USD', balance: '10000.00' });
    expect(saidOf('deal')).toEqual([]);
    const accounts = suite.gateway.of(TOPICS.accountEvent, 'account').map(({ message }) => message.body?.value);
    for (const told of accounts) expect(told).toMatchObject({ currency: 'USD' });
  });

  it('is refused on other terms than it was opened on, and in simulated time', async () => {
    await connect();
    await suite.restart('crash', configOf({ slippagePoints: 2 }));
    const refused = await suite.gateway.login(LIVE);
    expect(terminal.rejectSchema.parse((await refused.next('reject'))?.d)).toMatchObject({
      code: 'PAPER_TERMS_CHANGED',
      message: expect.stringContaining('slippagePoints') as string,
    });
    const simulated = await suite.gateway.login({ caps: ['lockstep'] });
    expect((await simulated.next('reject'))?.d).toMatchObject({ code: 'PAPER_NEEDS_LIVE' });
  });
});
