import { terminal } from '@trading/contracts';
import { standardInstrument } from '@trading/trading-market';
import { GatewayConnection, wallUs } from './gateway-connection';
import { shakeHands } from './handshake';
import { LoadQuotes } from './load-quotes';
import { instrumentFrame } from './wire-broker';

export interface LoadTerminalOptions {
  readonly gateway: { readonly host: string; readonly port: number };
  /** Names the key that both sides share. */
  readonly keyId: string;
  readonly key: Buffer;
  readonly login: string;
  readonly server: string;
  /** USD when absent. */
  readonly currency?: string;
  /** Our names; the instruments are the standard ones of these. */
  readonly symbols: readonly string[];
  /** Of all symbols together, which take turns. */
  readonly framesPerSecond: number;
  /** 1 when absent. */
  readonly ticksPerFrame?: number;
  /** Of the quotes; 42 when absent. */
  readonly seed?: number;
  /** Hears of each order, which is then refused; the time is the wall clock's in UTC microseconds. */
  readonly onOrder?: (order: terminal.OrderSubmit, receivedUs: number) => void;
}

/** What a load terminal has done so far. */
export interface LoadCounts {
  /** Frames that were due by the clock. More than `frames` while the gateway, or this process, does not keep up. */
  readonly due: number;
  readonly frames: number;
  readonly ticks: number;
  readonly bytes: number;
  /** How often the socket was full and had to drain. */
  readonly stalls: number;
  /** For how long in all, the present stall included. */
  readonly stalledMs: number;
  readonly orders: number;
}

const TURN_MS = 2;
/** Frames written at most before others get their turn. */
const FRAMES_PER_TURN = 2000;

/**
 * A terminal that is nothing but load: without lockstep it sends tick frames of several symbols at a rate, stamped with
 * the wall clock, and goes on whatever anybody makes of them. While the socket is full nothing is written; what was due
 * meanwhile is sent afterwards, so that `due` minus `frames` is how far behind the other side is. Orders are refused.
 */
export class LoadTerminal {
  private readonly quotes: readonly LoadQuotes[];
  private timer: NodeJS.Timeout | undefined;
  private startedMs = 0;
  /** Frames that were due when it was last stopped. */
  private dueBefore = 0;
  private frames = 0;
  private ticks = 0;
  private bytes = 0;
  private stalls = 0;
  private stalledMs = 0;
  private stalledSinceMs: number | undefined;
  private orders = 0;

  private constructor(
    private readonly options: LoadTerminalOptions,
    private readonly connection: GatewayConnection,
    /** What the gateway welcomed it with, its subscriptions among them. */
    readonly welcome: terminal.Welcome,
  ) {
    const { seed = 42 } = options;
    this.quotes = options.symbols.map((symbol, index) => new LoadQuotes(standardInstrument(symbol), seed + index));
    connection.startHeartbeat(welcome.hbMs);
    connection.listen((message) => this.answer(message));
    connection.send('account', this.account());
  }

  /**
   * Dials, proves itself and answers what the gateway asks from then on.
   * @throws RangeError for a rate or symbols that are no load; ConnectionLost, HandshakeFailed
   */
  static async dial(options: LoadTerminalOptions, signal = new AbortController().signal): Promise<LoadTerminal> {
    const { gateway, keyId, key, login, server, currency = 'USD', symbols, framesPerSecond } = options;
    if (!(framesPerSecond > 0 && Number.isFinite(framesPerSecond))) {
      throw new RangeError(`framesPerSecond must be above 0, found ${framesPerSecond}.`);
    }
    if (symbols.length === 0) throw new RangeError('symbols must not be empty.');
    const connection = await GatewayConnection.dial(gateway.host, gateway.port, signal);
    const identity = { keyId, login, server, company: 'Load', currency, leverage: 100, lockstep: false };
    try {
      // The same journal each time: for another one the gateway would hold the account.
      const welcome = await shakeHands(connection, identity, key, { journalId: `load-${login}`, epoch: 0 });
      return new LoadTerminal(options, connection, welcome);
    } catch (error) {
      connection.close('there is no session');
      throw error;
    }
  }

  /** Aborted when the connection has ended, with a `ConnectionLost` as its reason. */
  get ended(): AbortSignal {
    return this.connection.ended;
  }

  counts(): LoadCounts {
    const { frames, ticks, bytes, stalls, orders } = this;
    const sinceMs = this.stalledSinceMs === undefined ? 0 : performance.now() - this.stalledSinceMs;
    return { due: this.due(), frames, ticks, bytes, stalls, stalledMs: this.stalledMs + sinceMs, orders };
  }

  /** Starts to send, until {@link pause} or the end of the connection. */
  start(): void {
    if (this.timer || this.ended.aborted) return;
    this.startedMs = performance.now();
    this.timer = setInterval(() => this.work(), TURN_MS);
    this.ended.addEventListener('abort', () => this.pause(), { once: true });
  }

  /** Sends no more. What was due until now and not sent is dropped from `due`. */
  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.dueBefore = this.frames;
  }

  /** Sends no more, waits until what was written has left this process, and hangs up. */
  async stop(): Promise<LoadCounts> {
    const counts = this.counts();
    this.pause();
    await this.connection.drained();
    this.connection.close('the load ends');
    return counts;
  }

  private due(): number {
    if (!this.timer) return this.dueBefore;
    const elapsedS = (performance.now() - this.startedMs) / 1000;
    return this.dueBefore + Math.floor(elapsedS * this.options.framesPerSecond);
  }

  private work(): void {
    const { connection, quotes } = this;
    if (this.stalledSinceMs !== undefined) return;
    const { ticksPerFrame = 1 } = this.options;
    const target = Math.min(this.due(), this.frames + FRAMES_PER_TURN);
    while (this.frames < target) {
      const timeUs = wallUs();
      const frame = quotes[this.frames % quotes.length]?.frame(ticksPerFrame, timeUs);
      const bytes = terminal.encodeFrame(terminal.envelope('tick', frame, timeUs));
      connection.write(bytes);
      this.frames += 1;
      this.ticks += ticksPerFrame;
      this.bytes += bytes.length;
      if (connection.isFull) {
        void this.stall();
        return;
      }
    }
  }

  private async stall(): Promise<void> {
    this.stalls += 1;
    const sinceMs = (this.stalledSinceMs = performance.now());
    await this.connection.drained();
    this.stalledMs += performance.now() - sinceMs;
    this.stalledSinceMs = undefined;
  }

  private answer(message: terminal.Envelope): void {
    const reply = (type: string, body: unknown): void => {
      this.connection.send(type, body, message.id === undefined ? {} : { re: message.id });
    };
    switch (message.t) {
      case 'bye':
        this.connection.close('the gateway says goodbye');
        return;
      case 'symbol.get':
        reply('symbols', { instruments: this.options.symbols.map((s) => instrumentFrame(standardInstrument(s))) });
        return;
      case 'snapshot.get':
        reply('snapshot', { time: wallUs(), account: this.account(), positions: [], orders: [], deals: [], seq: 0 });
        return;
      case 'query.coid': {
        const { data } = terminal.queryCoidSchema.safeParse(message.d);
        reply('query.result', { coid: data?.coid ?? '', known: false } satisfies terminal.QueryResult);
        return;
      }
      case 'history.get':
        reply('history', { deals: [], orders: [], cash: [], coversFrom: 0 } satisfies terminal.HistoryFrame);
        return;
      case 'rates.get':
        reply('rates', { bars: [] } satisfies terminal.RatesFrame);
        return;
      case 'order.modify':
      case 'order.cancel':
        reply('cmd.ack', refusal(terminal.orderCancelSchema.safeParse(message.d).data?.coid ?? ''));
        return;
      case 'order.submit': {
        const { data } = terminal.orderSubmitSchema.safeParse(message.d);
        this.orders += 1;
        if (data) this.options.onOrder?.(data, wallUs());
        reply('cmd.ack', refusal(data?.coid ?? ''));
        return;
      }
      default:
        reply('cmd.ack', {
          coid: '',
          status: 'JOURNALLED',
          code: '',
          message: '',
          dup: false,
        } satisfies terminal.CmdAck);
    }
  }

  private account(): terminal.AccountFrame {
    const { currency = 'USD' } = this.options;
    const money = { balance: '10000.00', equity: '10000.00', margin: '0.00', freeMargin: '10000.00', credit: '0.00' };
    return { time: wallUs(), currency, leverage: 100, ...money };
  }
}

function refusal(coid: string): terminal.CmdAck {
  return { coid, status: 'REJECTED', code: 'LOAD_ONLY', message: 'This terminal only makes load.', dup: false };
}
