import { terminal } from '@trading/contracts';
import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { GatewayFixture, TERMINAL_KEY } from '../testing/gateway-fixture';
import { helloOf, type ScriptedTerminal } from '../testing/scripted-terminal';
import { GATEWAY_MIGRATIONS } from './gateway-migrations';

describe('the handshake of a terminal', () => {
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
  afterEach(() => gateway.stop());

  const rejected = (one: ScriptedTerminal): string | undefined =>
    terminal.rejectSchema.safeParse(one.of('reject')[0]?.d).data?.code;

  it('welcomes a terminal that proves itself, and proves the gateway', async () => {
    gateway = await GatewayFixture.start(database);
    const one = await gateway.dial();
    const hello = helloOf();
    one.say('hello', hello);
    const { nonceS, sid } = terminal.challengeSchema.parse((await one.next('challenge'))?.d);
    const facts = { keyId: 'k1', nonceC: hello.nonceC, nonceS, sid, login: '1001', server: 'Broker' };
    one.say('auth', { mac: terminal.handshakeMac(TERMINAL_KEY, 'ea1', facts) });
    const welcome = terminal.welcomeSchema.parse((await one.next('welcome'))?.d);
    expect(welcome).toMatchObject({
      mac: terminal.handshakeMac(TERMINAL_KEY, 'gw1', facts),
      resumeBarrier: 0,
      subscribe: [{ symbol: 'EURUSD', timeframe: 'M1' }],
    });
  });

  it.each<[string, Partial<terminal.Hello>, string]>([
    ['an unknown key', { keyId: 'k2' }, 'AUTH_FAILED'],
    ['a key that is a word of the language', { keyId: '__proto__' }, 'AUTH_FAILED'],
    ['an account that is not registered', { login: '1002' }, 'ACCOUNT_UNKNOWN'],
    ['the other platform', { platform: 'MT4' }, 'PLATFORM_MISMATCH'],
    ['real money', { tradeMode: 'REAL' }, 'REAL_MONEY_REFUSED'],
    ['another version', { proto: 2 as 1 }, 'MESSAGE_INVALID'],
  ])('refuses %s', async (_what, hello, code) => {
    gateway = await GatewayFixture.start(database);
    expect(rejected(await gateway.login(hello))).toBe(code);
  });

  it('refuses a wrong proof and one that was overheard', async () => {
    gateway = await GatewayFixture.start(database);
    const hello = helloOf();
    const honest = await gateway.dial();
    honest.say('hello', hello);
    const { nonceS, sid } = terminal.challengeSchema.parse((await honest.next('challenge'))?.d);
    const mac = terminal.handshakeMac(TERMINAL_KEY, 'ea1', { ...hello, nonceS, sid });
    for (const proof of [mac, '', 'x'.repeat(64)]) {
      const one = await gateway.dial();
      one.say('hello', hello);
      await one.next('challenge');
      one.say('auth', { mac: proof });
      await one.closed();
      expect(rejected(one)).toBe('AUTH_FAILED');
    }
  });

  it('lets real money in only where the program trades live and the account is marked', async () => {
    const account = { accountId: 'acc-1', login: '1001', server: 'Broker' };
    gateway = await GatewayFixture.start(database, { tradingMode: 'live', accounts: [{ ...account, live: false }] });
    expect(rejected(await gateway.login({ tradeMode: 'REAL' }))).toBe('REAL_MONEY_REFUSED');
    await gateway.stop();
    gateway = await GatewayFixture.start(database, { tradingMode: 'live', accounts: [{ ...account, live: true }] });
    expect((await gateway.login({ tradeMode: 'REAL' })).of('welcome')).toHaveLength(1);
  });

  it('ends with a terminal that is slow, stops half-way or sends something else', async () => {
    gateway = await GatewayFixture.start(database, { handshakeTimeoutMs: 20 });
    const silent = await gateway.dial();
    await silent.closed();
    expect(rejected(silent)).toBe('HANDSHAKE_TIMEOUT');

    const half = await gateway.dial();
    half.socket.write(terminal.encodeFrame(terminal.envelope('hello', helloOf(), 1)).subarray(0, 40));
    await half.closed();
    expect(rejected(half)).toBe('HANDSHAKE_TIMEOUT');

    const hasty = await gateway.dial();
    hasty.say('auth', { mac: '' });
    await hasty.closed();
    expect(rejected(hasty)).toBe('MESSAGE_UNEXPECTED');
  });

  it.each<[string, Buffer]>([
    ['an oversized frame', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['bytes that are no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that is not JSON', Buffer.from([0, 0, 0, 2, 0x7b, 0x7b])],
    ['a message without an envelope', terminal.encodeFrame(['hello'])],
  ])('ends with %s', async (_what, bytes) => {
    gateway = await GatewayFixture.start(database);
    const one = await gateway.dial();
    one.socket.write(bytes);
    await one.closed();
    expect(one.heard).not.toContainEqual(expect.objectContaining({ t: 'challenge' }));
    // Others are served as before.
    expect((await gateway.login()).of('welcome')).toHaveLength(1);
  });

  it('does not collect messages for somebody who never proves himself', async () => {
    gateway = await GatewayFixture.start(database);
    const one = await gateway.dial();
    one.say('hello', helloOf());
    await one.next('challenge');
    const frames = Array.from({ length: 10 }, () => terminal.encodeFrame(terminal.envelope('log', {}, 1)));
    one.socket.write(Buffer.concat(frames));
    await one.closed();
    expect(one.of('welcome')).toEqual([]);
  });

  it('refuses a simulated terminal that has lost its journal, and compares the account of a real one', async () => {
    gateway = await GatewayFixture.start(database);
    const one = await gateway.connect();
    one.mark(1);
    await one.next('sim.done');
    await one.end();
    expect(rejected(await gateway.login({ journalId: 'journal-2' }))).toBe('JOURNAL_CHANGED');
    const live = await gateway.connect({ journalId: 'journal-2', caps: [] });
    expect(live.of('welcome')).toHaveLength(1);
    expect(await gateway.calls.submitOrder(gateway.approved(gateway.order()))).toMatchObject({
      code: 'SYNCING',
    });
  });
});
