import { once } from 'node:events';
import { connect } from 'node:net';
import { terminal } from '@trading/contracts';
import { TERMINAL_KEY } from '../testing/gateway-fixture';
import { useGateway } from '../testing/gateway-suite';
import { helloOf, ScriptedTerminal } from '../testing/scripted-terminal';
import { DEAL } from '../testing/terminal-frames';

const ACCOUNTS = [
  { accountId: 'acc-1', login: '1001', server: 'Broker', live: false },
  { accountId: 'acc-2', login: '1002', server: 'Broker', live: false, keyIds: ['k2'] },
];
const OTHER_KEY = Buffer.from('fedcba9876543210fedcba9876543210');
const KEYS = { k1: TERMINAL_KEY, k2: OTHER_KEY };
const LIVE = { caps: [] };

describe('a peer that does not keep to the protocol', () => {
  const suite = useGateway({ accounts: ACCOUNTS, terminalKeys: KEYS });
  const rejected = (one: ScriptedTerminal) => terminal.rejectSchema.safeParse(one.of('reject')[0]?.d).data?.code;
  const saidBye = (one: ScriptedTerminal) => terminal.byeSchema.safeParse(one.of('bye')[0]?.d).data?.code;
  const loginOf = (hello: Partial<terminal.Hello>, key = TERMINAL_KEY) =>
    ScriptedTerminal.login(suite.gateway.port, { key, hello });
  /** The terminal of the other account, which is served as if nobody else were there. */
  const bystander = async () => {
    const one = await loginOf({ ...LIVE, login: '1002', keyId: 'k2', journalId: 'other' }, OTHER_KEY);
    return {
      one,
      isServed: async (seq: number) => {
        one.say('trade.event', DEAL, { seq });
        await one.until(({ ack }) => ack === seq);
        return !one.isClosed;
      },
    };
  };

  it('is not let in with the key of another account', async () => {
    expect(rejected(await loginOf({ login: '1002' }))).toBe('KEY_OF_ANOTHER');
    // The registration that names no keys takes any that is known.
    expect((await loginOf({ keyId: 'k2' }, OTHER_KEY)).of('welcome')).toHaveLength(1);
  });

  it('is not let in with a nonce that was used', async () => {
    const nonceC = terminal.newNonce();
    const one = await loginOf({ nonceC });
    expect(one.of('welcome')).toHaveLength(1);
    expect(rejected(await loginOf({ nonceC }))).toBe('NONCE_USED');
    expect(one.isClosed).toBe(false);
  });

  it.each<[string, Partial<terminal.Hello>]>([
    ['a long word', { company: 'x'.repeat(1_000) }],
    ['many capabilities', { caps: Array.from({ length: 100 }, () => 'x') }],
    ['an epoch below 0', { epoch: -1 }],
    ['a character that no text has', { login: '10\u000001' }],
  ])('is not let in with %s', async (_what, hello) => {
    expect(rejected(await loginOf(hello))).toBe('MESSAGE_INVALID');
  });

  it('is ended when it sends more than a handshake before it has proven anything', async () => {
    const one = await ScriptedTerminal.dial(suite.gateway.port);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(500_000);
    one.socket.write(Buffer.concat([length, Buffer.alloc(40_000, 0x20)]));
    await one.closed();
    expect(saidBye(one)).toBe('UNPROVEN_TOO_LONG');
  });

  it('is ended at the first of its frames that has a wrong type, and costs nobody else anything', async () => {
    const other = await bystander();
    const wrong: [string, unknown, number?][] = [
      ['trade.event', { ...DEAL, volume: 0.1 }, 1],
      ['trade.event', DEAL],
      ['trade.event', DEAL, 0],
      ['trade.event', DEAL, 1.5],
      ['order.event', { ...DEAL }, 1],
      ['cmd.result', null, 1],
      ['account', { balance: 'NaN' }],
      ['terminal', { connected: 'yes', tradeAllowed: true }],
      ['sim.mark', { n: 1, time: 1, end: false }],
      ['tick', { symbol: 'EURUSD.m', first: 1, t: [1], b: [1.1], a: ['1.2'] }],
      ['tick', { symbol: 'EURUSD.m', first: 1, t: [1], b: [['1.1']], a: ['1.2'] }],
      ['tick', { symbol: 'OTHER', first: 1, t: [1], b: ['1.1'], a: ['1.2'] }],
      ['ping', { t0: 'now' }],
    ];
    for (const [type, body, seq] of wrong) {
      const one = await suite.gateway.connect(LIVE);
      one.say(type, body, seq === undefined ? {} : { seq });
      one.say('trade.event', DEAL, { seq: 1 });
      await one.closed();
      expect([type, saidBye(one), one.of('ack')]).toEqual([type, expect.stringMatching(/^(MESSAGE|FRAME)_/), []]);
    }
    expect(await other.isServed(1)).toBe(true);
    // Nothing of what was sent, and no key, is in the log.
    const log = JSON.stringify(suite.gateway.log.entries);
    expect(log).not.toMatch(/OTHER|NaN|0123456789abcdef/);
  });

  it('is ended when it speaks before its welcome', async () => {
    const one = await ScriptedTerminal.dial(suite.gateway.port);
    const hello = helloOf();
    one.say('hello', hello);
    const { nonceS, sid } = terminal.challengeSchema.parse((await one.next('challenge'))?.d);
    const mac = terminal.handshakeMac(TERMINAL_KEY, 'ea1', { ...hello, nonceS, sid });
    const auth = terminal.encodeFrame(terminal.envelope('auth', { mac }, 1));
    one.socket.write(
      Buffer.concat([auth, terminal.encodeFrame(terminal.envelope('trade.event', DEAL, 1, { seq: 1 }))]),
    );
    await one.closed();
    expect(one.of('ack')).toEqual([]);
    expect(suite.gateway.published).toEqual([]);
  });

  it('is dropped, the oldest first, when too many say nothing', async () => {
    await suite.restart('stop', { accounts: ACCOUNTS, terminalKeys: KEYS, unprovenLimit: 3 });
    const other = await bystander();
    const silent = [];
    for (let i = 0; i < 5; i++) silent.push(await ScriptedTerminal.dial(suite.gateway.port));
    await Promise.all(silent.slice(0, 2).map((one) => one.closed()));
    expect(silent.map((one) => saidBye(one))).toEqual([
      'UNPROVEN_TOO_MANY',
      'UNPROVEN_TOO_MANY',
      undefined,
      undefined,
      undefined,
    ]);
    expect(await other.isServed(1)).toBe(true);
    expect((await loginOf({})).of('welcome')).toHaveLength(1);
    await Promise.all(silent.map((one) => one.end()));
  });

  it('is ended when it sends beyond its rates for long, after it was held up', async () => {
    const inboundRates = { framesPerSecond: 100, bytesPerSecond: 1_000_000 };
    await suite.restart('stop', { accounts: ACCOUNTS, terminalKeys: KEYS, inboundRates });
    const other = await bystander();
    const one = await suite.gateway.connect(LIVE);
    const log = terminal.encodeFrame(terminal.envelope('log', { text: 'x' }, 1));
    one.socket.write(Buffer.concat(Array.from({ length: 2_000 }, () => log)));
    await one.closed();
    expect(saidBye(one)).toBe('FLOOD');
    expect(await other.isServed(1)).toBe(true);
  });

  it('is ended when it does not read what it asks for', async () => {
    const one = await suite.gateway.connect(LIVE);
    const raw = connect(suite.gateway.port, '127.0.0.1');
    await once(raw, 'connect');
    one.socket.pause();
    const ping = terminal.encodeFrame({ ...terminal.envelope('ping', { t0: 1 }, 1), id: 'x'.repeat(60_000) });
    const isEnded = () => suite.gateway.log.entries.some(({ message }) => message === 'The terminal is gone.');
    while (!isEnded()) {
      if (one.socket.writableLength < 1_000_000) one.socket.write(ping);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const entry = suite.gateway.log.entries.find(({ message }) => message === 'A connection of a terminal is ended.');
    expect(JSON.stringify(entry)).toContain('SLOW_READER');
    raw.destroy();
    await one.end();
  });

  it('takes turns with another one of its login only so often', async () => {
    let last = await suite.gateway.connect(LIVE);
    const codes: (string | undefined)[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const next = await loginOf({ ...LIVE, journalId: 'journal-1' });
      const code = rejected(next);
      codes.push(code);
      if (code === undefined) {
        await last.closed();
        expect(saidBye(last)).toBe('superseded');
        last = next;
      }
    }
    expect(codes).toEqual([
      ...Array.from({ length: 6 }, () => undefined),
      ...Array.from({ length: 4 }, () => 'TURNS_TOO_MANY'),
    ]);
    expect(last.isClosed).toBe(false);
    last.say('trade.event', DEAL, { seq: 1 });
    await last.until(({ ack }) => ack === 1);
    // Whoever finds nobody there is let in.
    await last.end();
    await suite.gateway.connect(LIVE);
  });

  it('is given up when its bytes never become a message', async () => {
    await suite.restart('stop', { accounts: ACCOUNTS, terminalKeys: KEYS, heartbeatMs: 50 });
    const one = await suite.gateway.connect(LIVE);
    const frame = terminal.encodeFrame(terminal.envelope('log', { text: 'x'.repeat(100_000) }, 1));
    for (let at = 0; !one.isClosed && at < frame.length - 1; at++) {
      one.socket.write(frame.subarray(at, at + 1));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await one.closed();
    expect(JSON.stringify(suite.gateway.log.entries)).toContain('no heartbeat');
  });

  it('is not given up while it works on an order, and is when it says nothing else', async () => {
    const patient = { accounts: ACCOUNTS, terminalKeys: KEYS, heartbeatMs: 100, commandTimeoutMs: 1_500 };
    await suite.restart('stop', patient);
    const one = await suite.gateway.connect(LIVE);
    one.answers.delete('order.submit');
    const startedMs = performance.now();
    const sent = await suite.gateway.calls.submitOrder(suite.gateway.approved(suite.gateway.order()));
    expect(sent).toMatchObject({ code: 'NO_ACK' });
    expect(performance.now() - startedMs).toBeGreaterThan(1_300);
    await one.closed();
    expect(JSON.stringify(suite.gateway.log.entries)).toContain('no heartbeat');
  });
});
