import { generateKeyPairSync } from 'node:crypto';
import { common, gateway as contract, terminal } from '@trading/contracts';
import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { ACCOUNT, GatewayFixture } from '../testing/gateway-fixture';
import { journalled, type ScriptedTerminal } from '../testing/scripted-terminal';
import { GATEWAY_MIGRATIONS } from './gateway-migrations';
import { HaltFlags } from './halt-flags';

const { JOURNALLED, REJECTED, UNKNOWN } = contract.SubmitStatus;

const POSITION = {
  position: 'p1',
  symbol: 'EURUSD.m',
  side: 'BUY',
  volume: '0.30',
  price: '1.10000',
  sl: '',
  tp: '',
  profit: '0.00',
  swap: '0.00',
  magic: '7',
  tag: 'Q1',
  opened: 1,
} as const;

const snapshot = (...positions: terminal.SnapshotFrame['positions']): terminal.SnapshotFrame => ({
  time: 5,
  account: {
    time: 5,
    currency: 'USD',
    balance: '1000.00',
    equity: '1000.00',
    margin: '0.00',
    freeMargin: '1000.00',
    leverage: 100,
    credit: '0.00',
  },
  positions,
  orders: [],
  deals: [],
  seq: 0,
});

describe('a gateway', () => {
  let created: TestDatabase;
  let database: Database;
  let gateway: GatewayFixture;

  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'gateway', migrations: GATEWAY_MIGRATIONS });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  beforeEach(async () => {
    gateway = await GatewayFixture.start(database);
  });
  afterEach(() => gateway.stop());

  const submitted = (one: ScriptedTerminal) =>
    one.of('order.submit').map(({ d }) => terminal.orderSubmitSchema.parse(d));
  const submit = (order = gateway.order(), more: Partial<common.ApprovalEnvelope> = {}) =>
    gateway.calls.submitOrder(gateway.approved(order, more));

  describe('that is given an order', () => {
    it('sends what was approved under the name of the broker', async () => {
      const one = await gateway.connect();
      const order = gateway.order({ stopLoss: '1.09', takeProfit: '1.30', magic: '77' });
      expect(await submit(order)).toMatchObject({ status: JOURNALLED, duplicate: false });
      expect(submitted(one)).toEqual([
        {
          coid: 'order-1',
          symbol: 'EURUSD.m',
          side: 'BUY',
          type: 'MARKET',
          volume: '0.10',
          worstPrice: '1.20000',
          sl: '1.09',
          tp: '1.30',
          fillings: ['FOK'],
          tif: 'IOC',
          magic: '77',
          tag: terminal.orderTag('order-1'),
          notAfter: 1_000_000,
          epoch: 1,
          reduceOnly: false,
        },
      ]);
    });

    it('sends nothing without an approval for exactly that, in its time', async () => {
      const one = await gateway.connect();
      const order = gateway.order();
      const forger = generateKeyPairSync('ed25519').privateKey;
      expect(await gateway.calls.submitOrder({ order, approval: undefined, epoch: 1 })).toMatchObject({
        status: REJECTED,
        code: 'APPROVAL_MISSING',
      });
      expect(await gateway.calls.submitOrder(gateway.approved(order, {}, forger))).toMatchObject({
        code: 'APPROVAL_FORGED',
      });
      const other = { ...gateway.approved(order), order: { ...order, volumeLots: '1.00' } };
      expect(await gateway.calls.submitOrder(other)).toMatchObject({ code: 'APPROVAL_MISMATCH' });
      one.mark(1, 1_000_001);
      await one.next('sim.done');
      expect(await submit()).toMatchObject({ status: REJECTED, code: 'APPROVAL_EXPIRED' });
      expect(submitted(one)).toEqual([]);
    });

    it('says so when the terminal is away, or has no word for what is asked', async () => {
      expect(await submit()).toMatchObject({ status: REJECTED, code: 'TERMINAL_OFFLINE' });
      const one = await gateway.connect();
      expect(await submit(gateway.order({ side: common.Side.UNSPECIFIED }))).toMatchObject({
        status: REJECTED,
        code: 'ORDER_INVALID',
      });
      expect(submitted(one)).toEqual([]);
    });

    it('tells a refusal of the terminal and a repeated order from a new one', async () => {
      const one = await gateway.connect();
      one.answers.set('order.submit', ({ coid }: terminal.OrderSubmit) => ({
        t: 'cmd.ack',
        d: { coid, status: 'REJECTED', code: 'EPOCH_STALE', message: 'old', dup: false },
      }));
      expect(await submit()).toMatchObject({ status: REJECTED, code: 'EPOCH_STALE' });
      one.answers.set('order.submit', ({ coid }: terminal.OrderSubmit) => ({
        t: 'cmd.ack',
        d: journalled(coid, true),
      }));
      expect(await submit()).toMatchObject({ status: JOURNALLED, duplicate: true });
    });

    it.each<[string, (one: ScriptedTerminal) => void]>([
      ['the connection ends first', (one) => one.socket.destroy()],
      ['the answer cannot be read', (one) => one.say('cmd.ack', { coid: 7 }, { re: '2' })],
      ['the answer is for another order', (one) => one.say('cmd.ack', journalled('order-2'), { re: '2' })],
    ])('does not know the outcome when %s, and does not send again', async (_what, act) => {
      const one = await gateway.connect();
      one.answers.set('order.submit', () => {
        act(one);
        return undefined;
      });
      expect(await submit()).toMatchObject({ status: UNKNOWN, code: 'NO_ACK' });
      expect(submitted(one)).toHaveLength(1);
      await one.end();
      const again = await gateway.connect();
      again.mark(1);
      await again.next('sim.done');
      expect(submitted(again)).toEqual([]);
    });

    it('does not know the outcome when the terminal stays silent', async () => {
      await gateway.stop();
      gateway = await GatewayFixture.start(database, { commandTimeoutMs: 100 });
      const one = await gateway.connect();
      one.answers.delete('order.submit');
      expect(await submit()).toMatchObject({ status: UNKNOWN, code: 'NO_ACK' });
      expect(submitted(one)).toHaveLength(1);
    });

    it('answers what the journal knows of it', async () => {
      const one = await gateway.connect();
      const query = (tombstone = false) => gateway.calls.queryOrder({ accountId: ACCOUNT, coid: 'order-1', tombstone });
      const knows = (d: object) =>
        one.answers.set('query.coid', () => ({ t: 'query.result', d: { coid: 'order-1', ...d } }));
      knows({ known: true });
      expect(await query()).toMatchObject({ status: 'QUERY_STATUS_KNOWN', journalledOnly: true, lockstep: true });
      knows({ known: true, result: {} });
      expect(await query()).toMatchObject({ status: 'QUERY_STATUS_KNOWN', journalledOnly: false });
      knows({ known: false });
      expect(await query(true)).toMatchObject({ status: 'QUERY_STATUS_ABSENT' });
      expect(one.of('query.coid').at(-1)?.d).toEqual({ coid: 'order-1', tombstone: true });
      await one.end();
      expect(await query()).toMatchObject({ status: 'QUERY_STATUS_UNREACHABLE' });
    });
  });

  describe('that is halted', () => {
    const halt = (halted: boolean, accountId = ACCOUNT) =>
      gateway.calls.setHalt({ accountId, halted, reason: 'enough' });

    it('refuses entries and passes reductions', async () => {
      const one = await gateway.connect();
      expect(await halt(true)).toEqual({ accountIds: [ACCOUNT] });
      expect(await submit()).toMatchObject({ status: REJECTED, code: 'GATEWAY_HALTED' });
      expect(await submit(gateway.order({ coid: 'order-2', reduceOnly: true }))).toMatchObject({ status: JOURNALLED });
      // An entry does not get through by calling itself a reduction.
      const entry = gateway.approved(gateway.order({ coid: 'order-3' }));
      const disguised = { ...entry, order: gateway.order({ coid: 'order-3', reduceOnly: true }) };
      expect(await gateway.calls.submitOrder(disguised)).toMatchObject({ code: 'APPROVAL_MISMATCH' });
      expect(submitted(one).map(({ coid }) => coid)).toEqual(['order-2']);
      await halt(false);
      expect(await submit()).toMatchObject({ status: JOURNALLED });
    });

    it('stays so over a restart', async () => {
      await halt(true);
      await gateway.crash();
      gateway = await GatewayFixture.start(database);
      await gateway.connect();
      expect(await submit()).toMatchObject({ code: 'GATEWAY_HALTED' });
      expect((await gateway.calls.listSessions()).sessions).toMatchObject([{ halted: true }]);
    });

    it('learns what another gateway was told when the terminal moves here', async () => {
      await database.query(`INSERT INTO halt_flag VALUES ($1, 'elsewhere', 1)`, [ACCOUNT]);
      await gateway.connect();
      expect(await submit()).toMatchObject({ code: 'GATEWAY_HALTED' });
    });

    it('halts every account by one word, also those whose terminals are away', async () => {
      expect(await halt(true, '')).toEqual({ accountIds: [ACCOUNT] });
      await gateway.connect();
      expect(await submit()).toMatchObject({ code: 'GATEWAY_HALTED' });
    });

    it('is halted from the call on, even if that cannot be written down', async () => {
      const broken = () => Promise.reject(new Error('no database'));
      const flags = new HaltFlags({ haltFlags: broken, setHalt: broken, clearHalt: broken }, { held: () => undefined });
      const setting = flags.set(ACCOUNT, 'enough');
      expect(flags.has(ACCOUNT)).toBe(true);
      await expect(setting).rejects.toThrow('no database');
      expect(flags.has(ACCOUNT)).toBe(true);
      await expect(flags.clear(ACCOUNT)).rejects.toThrow('no database');
      expect(flags.has(ACCOUNT)).toBe(true);
    });
  });

  describe('that is told to flatten', () => {
    const flatten = (requestId = 'r1') => gateway.calls.flatten({ accountId: ACCOUNT, requestId, reason: 'enough' });

    it('halts and closes what the snapshot shows, with every other service away', async () => {
      gateway.prompt.clear();
      const one = await gateway.connect();
      one.answers.set('snapshot.get', () => ({
        t: 'snapshot',
        d: snapshot(POSITION, { ...POSITION, position: 'p2', side: 'SELL', volume: '0.10' }),
      }));
      const { coids } = await flatten();
      expect(submitted(one)).toMatchObject([
        {
          coid: coids[0],
          symbol: 'EURUSD.m',
          side: 'SELL',
          volume: '0.30',
          positionId: 'p1',
          reduceOnly: true,
          epoch: 1,
        },
        { coid: coids[1], side: 'BUY', volume: '0.10', positionId: 'p2', reduceOnly: true, fillings: ['FOK', 'IOC'] },
      ]);
      expect(await submit()).toMatchObject({ code: 'GATEWAY_HALTED' });
    });

    it('sends the same ids for the same request, others for another', async () => {
      const one = await gateway.connect();
      one.answers.set('snapshot.get', () => ({ t: 'snapshot', d: snapshot(POSITION) }));
      const first = await flatten();
      expect(await flatten()).toEqual(first);
      expect((await flatten('r2')).coids).not.toEqual(first.coids);
    });

    it('lets time go on without the stages, so that the closes fill', async () => {
      gateway.prompt.delete('execution');
      const one = await gateway.connect();
      one.answers.set('snapshot.get', () => ({ t: 'snapshot', d: snapshot(POSITION) }));
      one.mark(1);
      await flatten();
      await one.next('sim.done');
      expect(await database.query('SELECT n FROM barrier')).toEqual([]);
    });

    it('tries every position and says which are not being closed', async () => {
      const one = await gateway.connect();
      one.answers.set('snapshot.get', () => ({
        t: 'snapshot',
        d: snapshot(POSITION, { ...POSITION, position: 'p2' }),
      }));
      one.answers.set('order.submit', ({ coid, positionId }: terminal.OrderSubmit) => ({
        t: 'cmd.ack',
        d: positionId === 'p2' ? journalled(coid) : { ...journalled(coid), status: 'REJECTED', code: 'BUSY' },
      }));
      await expect(flatten()).rejects.toMatchObject({ status: 'UNAVAILABLE', code: 'FLATTEN_INCOMPLETE' });
      expect(submitted(one)).toHaveLength(2);
      expect(await submit()).toMatchObject({ code: 'GATEWAY_HALTED' });
    });

    it('halts although the terminal is away or does not answer', async () => {
      await expect(flatten()).rejects.toMatchObject({ status: 'UNAVAILABLE', code: 'FLATTEN_PENDING' });
      await gateway.connect();
      expect(await submit()).toMatchObject({ code: 'GATEWAY_HALTED' });
      await gateway.stop();
      gateway = await GatewayFixture.start(database, { commandTimeoutMs: 100 });
      await gateway.connect();
      await expect(flatten()).rejects.toMatchObject({ status: 'UNAVAILABLE', code: 'TERMINAL_NO_ANSWER' });
      expect(await submit()).toMatchObject({ code: 'GATEWAY_HALTED' });
    });
  });
});
