import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { terminal } from '@trading/contracts';

export interface FakeGatewayOptions {
  readonly key: Buffer;
  /** What it proves itself with, where that is another one. */
  readonly ownKey?: Buffer;
  readonly subscribe?: terminal.Welcome['subscribe'];
  readonly resumeBarrier?: number | (() => number);
  /** A function is asked at each connection. */
  readonly resumeFrom?: number | ((journalId: string) => number);
  readonly epoch?: number;
  /** Sends `sim.done` by itself after each mark that {@link FakeGateway.atMark} has handled. */
  readonly answersMarks?: boolean;
  readonly hbMs?: number;
}

const RELIABLE = ['cmd.result', 'trade.event', 'order.event', 'position.event', 'cash.event'];

/** A message with the bytes in which it came. */
export interface Received extends terminal.Envelope {
  readonly text: string;
}

/** The other side of the terminal protocol for tests: keeps all it hears, and does what it is told at marks. */
export class FakeGateway {
  readonly hellos: terminal.Hello[] = [];
  /** What came after the welcome, pings aside. */
  readonly received: Received[] = [];
  readonly refused: string[] = [];
  connections = 0;
  welcomed = 0;
  /** Does something at a mark, before it is answered. */
  atMark: (mark: terminal.SimMark) => void | Promise<void> = () => undefined;
  /** Does something when a terminal was welcomed. */
  atWelcome: () => void = () => undefined;
  private readonly waiting: { readonly is: (message: Received) => boolean; readonly go: (m: Received) => void }[] = [];
  private socket: Socket | undefined;
  private nextId = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: FakeGatewayOptions,
  ) {}

  /** @param port 0: any free one */
  static async listen(options: FakeGatewayOptions, port = 0): Promise<FakeGateway> {
    const server = createServer();
    const gateway = new FakeGateway(server, options);
    server.on('connection', (socket) => gateway.serve(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return gateway;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves with the first message, past or to come, that fits. */
  async heard(is: (message: Received) => boolean): Promise<Received> {
    const past = this.received.find(is);
    return past ?? new Promise((go) => this.waiting.push({ is, go }));
  }

  async mark(n: number): Promise<Received> {
    return this.heard((message) => message.t === 'sim.mark' && (message.d as terminal.SimMark).n === n);
  }

  /** Resolves with the mark that ends the data. */
  async end(): Promise<Received> {
    return this.heard((message) => message.t === 'sim.mark' && (message.d as terminal.SimMark).end);
  }

  /** Sends a request and waits for what answers it. */
  async ask(type: string, body: unknown): Promise<terminal.Envelope> {
    this.nextId += 1;
    const id = `r${this.nextId}`;
    this.send(type, body, { id });
    return this.heard((message) => message.re === id);
  }

  send(type: string, body: unknown, more: { id?: string } = {}): void {
    this.socket?.write(terminal.encodeFrame(terminal.envelope(type, body, 0, more)));
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Buffer): void {
    this.socket?.write(bytes);
  }

  done(n: number): void {
    this.send('sim.done', { n });
  }

  /** Reads nothing more, until {@link resume}. */
  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  drop(): void {
    this.socket?.destroy();
  }

  async close(): Promise<void> {
    this.socket?.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Messages of simulated time, as they came. */
  played(): string[] {
    const types = ['tick', ...RELIABLE, 'account', 'terminal', 'sim.mark'];
    return this.received.filter(({ t }) => types.includes(t)).map(({ text }) => text);
  }

  /** Reliable messages, as they came. */
  reliable(): Received[] {
    return this.received.filter(({ t }) => RELIABLE.includes(t));
  }

  private serve(socket: Socket): void {
    this.connections += 1;
    this.socket = socket;
    const reader = new terminal.FrameReader();
    let hello: terminal.Hello | undefined;
    const sid = `s${this.connections}`;
    const nonceS = 'nonce-of-the-gateway';
    const reply = (type: string, body: unknown): void => {
      socket.write(terminal.encodeFrame(terminal.envelope(type, body, 0)));
    };
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      for (const raw of reader.push(chunk)) {
        const message = { ...terminal.envelopeSchema.parse(raw), text: JSON.stringify(raw) };
        if (message.t === 'hello') {
          hello = terminal.helloSchema.parse(message.d);
          this.hellos.push(hello);
          reply('challenge', { nonceS, sid });
        } else if (message.t === 'auth' && hello) {
          const { keyId, nonceC, login, server } = hello;
          const facts = { keyId, nonceC, nonceS, sid, login, server };
          const isProven =
            terminal.authSchema.parse(message.d).mac === terminal.handshakeMac(this.options.key, 'ea1', facts);
          if (isProven) {
            reply('welcome', this.welcome(facts));
            this.welcomed += 1;
            this.atWelcome();
          } else {
            this.refused.push(login);
            reply('reject', { code: 'AUTH_FAILED', message: 'The proof does not match.' });
            socket.end();
          }
        } else if (message.t === 'ping') reply('pong', message.d);
        else this.take(message);
      }
    });
  }

  private welcome(facts: terminal.HandshakeFacts): terminal.Welcome {
    const {
      key,
      ownKey = key,
      hbMs = 1000,
      resumeBarrier = 0,
      resumeFrom = 0,
      epoch = 1,
      subscribe = [],
    } = this.options;
    return {
      mac: terminal.handshakeMac(ownKey, 'gw1', facts),
      hbMs,
      resumeFrom: typeof resumeFrom === 'function' ? resumeFrom(this.hellos.at(-1)?.journalId ?? '') : resumeFrom,
      resumeBarrier: typeof resumeBarrier === 'function' ? resumeBarrier() : resumeBarrier,
      epoch,
      subscribe: [...subscribe],
    };
  }

  private take(message: Received): void {
    this.received.push(message);
    for (const waiter of this.waiting.filter(({ is }) => is(message))) {
      this.waiting.splice(this.waiting.indexOf(waiter), 1);
      waiter.go(message);
    }
    if (message.t === 'sim.mark') void this.answerMark(terminal.simMarkSchema.parse(message.d));
  }

  private async answerMark(mark: terminal.SimMark): Promise<void> {
    await this.atMark(mark);
    if (this.options.answersMarks === true) this.done(mark.n);
  }
}
