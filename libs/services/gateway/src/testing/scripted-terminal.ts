import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { terminal } from '@trading/contracts';

export interface TerminalIdentity {
  readonly key: Buffer;
  readonly hello?: Partial<terminal.Hello>;
}

export const INSTRUMENT: terminal.WireInstrument = {
  symbol: 'EURUSD',
  brokerSymbol: 'EURUSD.m',
  digits: 5,
  tickSize: '0.00001',
  tickValue: '1',
  contractSize: '100000',
  volumeMin: '0.01',
  volumeMax: '100',
  volumeStep: '0.01',
  stopsLevelPoints: 0,
  freezeLevelPoints: 0,
  baseCurrency: 'EUR',
  profitCurrency: 'USD',
  marginCurrency: 'EUR',
  marginRate: '1',
  fillingModes: ['FOK', 'IOC'],
  executionMode: 'MARKET',
  stopsOnOpen: 'WITH',
};

/** A terminal for tests: says what it is told, keeps what it hears, answers requests by `answers`. */
export class ScriptedTerminal {
  readonly heard: terminal.Envelope[] = [];
  isClosed = false;
  /** Answers to requests by their type; a request without one stays unanswered. */
  readonly answers = new Map<string, (body: never) => { readonly t: string; readonly d: unknown } | undefined>([
    ['symbol.get', () => ({ t: 'symbols', d: { instruments: [INSTRUMENT] } })],
    ['order.submit', ({ coid }: terminal.OrderSubmit) => ({ t: 'cmd.ack', d: journalled(coid) })],
    ['order.modify', ({ coid }: terminal.OrderModify) => ({ t: 'cmd.ack', d: journalled(coid) })],
    ['order.cancel', ({ coid }: terminal.OrderCancel) => ({ t: 'cmd.ack', d: journalled(coid) })],
    ['fence', ({ epoch }: { readonly epoch: number }) => ({ t: 'cmd.ack', d: journalled(String(epoch)) })],
  ]);
  private readonly reader = new terminal.FrameReader();
  private readonly waiting: { readonly is: (m: terminal.Envelope) => boolean; readonly go: () => void }[] = [];

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const raw of this.reader.push(chunk)) this.hear(terminal.envelopeSchema.parse(raw));
    });
    socket.on('close', () => {
      this.isClosed = true;
      for (const { go } of this.waiting.splice(0)) go();
    });
  }

  static async dial(port: number): Promise<ScriptedTerminal> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new ScriptedTerminal(socket);
  }

  /** Dials, proves itself and is welcomed (or not: look at what was heard). */
  static async login(port: number, identity: TerminalIdentity): Promise<ScriptedTerminal> {
    const one = await ScriptedTerminal.dial(port);
    await one.greet(identity);
    return one;
  }

  async greet({ key, hello: more }: TerminalIdentity): Promise<void> {
    const hello = helloOf(more);
    this.say('hello', hello);
    const challenge = await this.until(({ t }) => t === 'challenge' || t === 'reject');
    if (challenge?.t !== 'challenge') return;
    const { nonceS, sid } = terminal.challengeSchema.parse(challenge.d);
    const { keyId, nonceC, login, server } = hello;
    this.say('auth', { mac: terminal.handshakeMac(key, 'ea1', { keyId, nonceC, nonceS, sid, login, server }) });
    await this.until(({ t }) => t === 'welcome' || t === 'reject');
  }

  say(t: string, d: unknown, more: { readonly re?: string; readonly seq?: number } = {}): void {
    this.socket.write(terminal.encodeFrame(terminal.envelope(t, d, 1, more)));
  }

  ticks(first: number, ticks: readonly (readonly [timeUs: number, bid: string, ask: string])[]): void {
    const [t, b, a] = [ticks.map((k) => k[0]), ticks.map((k) => k[1]), ticks.map((k) => k[2])];
    this.say('tick', { symbol: INSTRUMENT.brokerSymbol, first, t, b, a } satisfies terminal.TickFrame);
  }

  mark(n: number, timeUs = n * 1_000, end = false): void {
    this.say('sim.mark', { n, time: timeUs, end } satisfies terminal.SimMark);
  }

  of(type: string): terminal.Envelope[] {
    return this.heard.filter(({ t }) => t === type);
  }

  /** The first message of a type, past or to come; undefined when the connection ends before. */
  async next(type: string): Promise<terminal.Envelope | undefined> {
    return this.until(({ t }) => t === type);
  }

  async until(is: (message: terminal.Envelope) => boolean): Promise<terminal.Envelope | undefined> {
    const past = this.heard.find(is);
    if (past !== undefined || this.isClosed) return past;
    await new Promise<void>((go) => this.waiting.push({ is, go }));
    return this.heard.find(is);
  }

  async closed(): Promise<void> {
    if (!this.isClosed) await once(this.socket, 'close');
  }

  end(): Promise<void> {
    this.socket.destroy();
    return this.closed();
  }

  private hear(message: terminal.Envelope): void {
    this.heard.push(message);
    const answer = this.answers.get(message.t)?.(message.d as never);
    if (answer !== undefined && message.id !== undefined) this.say(answer.t, answer.d, { re: message.id });
    for (const { is, go } of this.waiting) if (is(message)) go();
  }
}

export const journalled = (coid: string, dup = false): terminal.CmdAck => ({
  coid,
  status: 'JOURNALLED',
  code: '',
  message: '',
  dup,
});

export function helloOf(more: Partial<terminal.Hello> = {}): terminal.Hello {
  return {
    proto: 1,
    eaVersion: 'scripted',
    platform: 'MT5',
    build: '1',
    login: '1001',
    server: 'Broker',
    company: 'Broker Ltd',
    currency: 'USD',
    leverage: 100,
    marginMode: 'NETTING',
    tradeMode: 'DEMO',
    tradeAllowed: true,
    connected: true,
    caps: ['lockstep'],
    keyId: 'k1',
    nonceC: terminal.newNonce(),
    journalId: 'journal-1',
    epoch: 1,
    ...more,
  };
}
