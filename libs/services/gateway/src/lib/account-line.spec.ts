import { terminal } from '@trading/contracts';
import { ManualClock } from '@trading/platform-config';
import { memoryLogger } from '@trading/platform-logging';
import { helloOf, INSTRUMENT } from '../testing/scripted-terminal';
import { AccountLine } from './account-line';
import { BrokerTimeWatch } from './broker-time-watch';
import type { AccountRegistration } from './gateway-config';
import type { ConnectionListener } from './terminal-connection';
import type { TerminalLine } from './terminal-line';

const HOUR_US = 3_600_000_000;
const at = (iso: string): number => Date.parse(`${iso}Z`) * 1000;
const ACCOUNT: AccountRegistration = { accountId: 'a', login: '1', server: 'Broker', live: false };

/** A terminal at the other end: says what it is told and keeps what it hears. */
class OtherEnd implements TerminalLine {
  isOpen = true;
  listener: ConnectionListener | undefined;
  readonly heard: { readonly type: string; readonly body: unknown }[] = [];
  readonly answers = new Map<string, terminal.Envelope>();
  closedFor: string | undefined;
  listen(listener: ConnectionListener): void {
    this.listener = listener;
  }
  send(type: string, body: unknown): void {
    this.heard.push({ type, body });
  }
  request(type: string, body: unknown): Promise<terminal.Envelope> {
    this.heard.push({ type, body });
    const answer = this.answers.get(type);
    return answer === undefined ? Promise.reject(new Error('no answer')) : Promise.resolve(structuredClone(answer));
  }
  close(reason: string): void {
    this.isOpen = false;
    this.closedFor = reason;
  }
  fail = ({ code }: { readonly code: string }): void => this.close(code);
  startHeartbeat = (): void => undefined;
  pause = (): void => undefined;
  resume = (): void => undefined;
  say(t: string, d: unknown): void {
    this.listener?.onMessage(terminal.envelope(t, structuredClone(d), 1), 1);
  }
}

function lineOf(registration: Partial<AccountRegistration>, caps: string[], iso: string) {
  const other = new OtherEnd();
  const clock = new ManualClock(at(iso));
  const logger = memoryLogger();
  const account = { ...ACCOUNT, ...registration };
  const watch = new BrokerTimeWatch(account, logger, clock);
  const line = new AccountLine(other, { account, hello: helloOf({ caps }), watch, logger, clock });
  const heard: terminal.Envelope[] = [];
  line.listen({ onMessage: (message) => heard.push(message), onClose: () => undefined });
  return { other, clock, logger, line, heard, watch };
}

const money = { balance: '1', equity: '1', margin: '0', freeMargin: '1', credit: '0' };
const accountFrame = (bt: number) => ({ time: bt, currency: 'USD', leverage: 100, ...money, bt });

describe("the line of an account whose terminal says its broker's time", () => {
  const NOW = '2026-07-15T12:00:00';

  it('makes live times UTC by the offset of now, and history by the zone at its date', async () => {
    const { other, heard, line } = lineOf({ zone: 'ny+7' }, ['broker-time'], NOW);
    other.say('account', accountFrame(at(NOW) + 3 * HOUR_US));
    other.say('tick', { symbol: 'X', first: 1, t: [at(NOW) + 3 * HOUR_US], b: ['1'], a: ['1'] });
    expect(heard.map(({ d }) => d)).toMatchObject([{ time: at(NOW) }, { t: [at(NOW)] }]);

    const winter = at('2026-01-15T10:00:00');
    const bars = [{ open: winter + 2 * HOUR_US, close: winter + 3 * HOUR_US }];
    other.answers.set('rates.get', terminal.envelope('rates', { bars }, 1));
    const reply = await line.request('rates.get', { symbol: 'X', from: winter, to: at(NOW) }, 1);
    expect(reply.d).toEqual({ bars: [{ open: winter, close: winter + HOUR_US }] });
    expect(other.heard.at(-1)?.body).toMatchObject({ from: winter + 2 * HOUR_US, to: at(NOW) + 3 * HOUR_US });
  });

  it('converts orders, positions and deals of a snapshot, and expiries both ways; none stays none', async () => {
    const { other, line } = lineOf({ zone: 'ny+7' }, ['broker-time'], NOW);
    const old = at('2026-02-02T09:00:00');
    const broker = { positions: [{ opened: old + 2 * HOUR_US }], orders: [{ placed: old + 2 * HOUR_US, expires: 0 }] };
    other.answers.set('snapshot.get', terminal.envelope('snapshot', { time: at(NOW) + 3 * HOUR_US, ...broker }, 1));
    const reply = await line.request('snapshot.get', {}, 1);
    expect(reply.d).toEqual({ time: at(NOW), positions: [{ opened: old }], orders: [{ placed: old, expires: 0 }] });
    const order = { coid: 'c', expires: at('2026-07-16T00:00:00'), notAfter: 7 };
    line.send('order.submit', order);
    expect(other.heard.at(-1)?.body).toEqual({ ...order, expires: order.expires + 3 * HOUR_US });
    expect(order.expires).toBe(at('2026-07-16T00:00:00'));
  });

  it('leaves the times of a terminal alone that speaks UTC, or whose time is simulated', () => {
    for (const caps of [[], ['lockstep', 'broker-time']]) {
      const { other, heard } = lineOf({ zone: 'ny+7' }, caps, NOW);
      other.say('tick', { symbol: 'X', first: 1, t: [5], b: ['1'], a: ['1'] });
      expect(heard[0]?.d).toMatchObject({ t: [5] });
    }
  });

  it('says once that the measured offset contradicts the zone, and once that it does no more', () => {
    const { other, logger, watch } = lineOf({ zone: 'Europe/London' }, [], NOW);
    const warnings = () => logger.entries.filter(({ level }) => level === 'warn');
    for (let i = 0; i < 3; i++) other.say('account', accountFrame(at(NOW) + 3 * HOUR_US));
    expect(warnings()).toHaveLength(1);
    expect(watch.warning).toBe("account a: its broker's clock is +3:00 h from UTC, Europe/London is +1:00 h");
    other.say('account', accountFrame(at(NOW) + HOUR_US));
    expect(watch.warning).toBeUndefined();
    expect(warnings()).toHaveLength(1);
  });
});

describe('the line of an account with sessions', () => {
  const sessions = [{ fromMinute: 1_440, toMinute: 8_640 }];
  const symbols = terminal.envelope('symbols', { instruments: [{ ...INSTRUMENT, sessions }] }, 1);
  const sessionsOf = ({ d }: terminal.Envelope) => terminal.symbolsSchema.parse(d).instruments[0]?.sessions;

  it("tells them in UTC, and ends when the broker's clock moves them", async () => {
    const { other, clock, line } = lineOf({ zone: 'ny+7' }, [], '2026-10-31T12:00:00');
    other.answers.set('symbol.get', symbols);
    const told = sessionsOf(await line.request('symbol.get', {}, 1));
    expect(told).toEqual([{ fromMinute: 1_440 - 180, toMinute: 8_640 - 180 }]);
    other.say('account', accountFrame(clock.nowUs() + 3 * HOUR_US));
    expect(other.isOpen).toBe(true);
    clock.advanceUs(24 * HOUR_US);
    other.say('account', accountFrame(clock.nowUs() + 2 * HOUR_US));
    expect(other.closedFor).toContain('another offset');
    expect(sessionsOf(await line.request('symbol.get', {}, 1))).toEqual([{ fromMinute: 1_320, toMinute: 8_520 }]);
  });
});

describe('the line of an account with a symbol map', () => {
  it('names symbols as registered, says which the terminal lacks, and subscribes by its names', async () => {
    const registration = { symbols: { GOLD: 'EURUSD.m', XAUUSD: 'XAUUSD.m' } };
    const { other, line, logger } = lineOf(registration, [], '2026-07-15T12:00:00');
    other.answers.set('symbol.get', terminal.envelope('symbols', { instruments: [INSTRUMENT] }, 1));
    const { d } = await line.request('symbol.get', {}, 1);
    expect(d).toMatchObject({ instruments: [{ symbol: 'GOLD', brokerSymbol: 'EURUSD.m' }] });
    expect(logger.entries.at(-1)).toMatchObject({ level: 'warn', fields: { missing: ['XAUUSD: XAUUSD.m'] } });
    const welcome = { subscribe: [{ symbol: 'XAUUSD', timeframe: 'M1' }] };
    line.send('welcome', welcome);
    expect(other.heard.at(-1)?.body).toEqual({ subscribe: [{ symbol: 'XAUUSD.m', timeframe: 'M1' }] });
  });
});
