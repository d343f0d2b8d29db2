import { connect, type Socket } from 'node:net';
import { terminal } from '@trading/contracts';
import type { BrokerClock } from './broker-clock';
import type { ConnectionFaults } from './line-faults';

const IDLE_MS = 5000;
const DIAL_MS = 5000;
/** An answer that the next frame overtakes waits no longer than this for one. */
const OVERTAKEN_MS = 50;

/** The connection to the gateway ended; the message says why. */
export class ConnectionLost extends Error {
  readonly code = 'CONNECTION_LOST';
}

export const wallUs = (): number => Date.now() * 1000;

/** One TCP connection to a gateway: frames in and out, heartbeat, and death by silence. */
export class GatewayConnection {
  /** Aborted when the connection has ended, with a {@link ConnectionLost} as its reason. */
  readonly ended: AbortSignal;
  private readonly end = new AbortController();
  /** Messages that nobody took yet. */
  private readonly early: terminal.Envelope[] = [];
  private taker: ((message: terminal.Envelope) => void) | undefined;
  private isTakerForOne = false;
  private readonly reader = new terminal.FrameReader();
  private heartbeat: NodeJS.Timeout | undefined;
  private heardMs = performance.now();
  private reason = 'the gateway closed the connection';
  /** What waits while the line is slow; frames that come meanwhile follow it. */
  private waiting: Buffer[] | undefined;
  private overtaken: Buffer | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly faults: ConnectionFaults | undefined,
    private readonly clock: BrokerClock | undefined,
  ) {
    this.ended = this.end.signal;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => (this.reason = error.message));
    socket.on('close', () => {
      clearInterval(this.heartbeat);
      this.end.abort(new ConnectionLost(this.reason));
    });
  }

  /** @throws ConnectionLost when nobody answers */
  static async dial(
    host: string,
    port: number,
    signal: AbortSignal,
    { faults, clock }: { readonly faults?: ConnectionFaults; readonly clock?: BrokerClock } = {},
  ): Promise<GatewayConnection> {
    const socket = connect({ host, port });
    const giveUp = (): void => {
      socket.destroy(new Error('given up'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    socket.setTimeout(DIAL_MS, giveUp);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', (error) => reject(new ConnectionLost(error.message)));
        if (signal.aborted) giveUp();
      });
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    socket.setTimeout(0);
    return new GatewayConnection(socket, faults, clock);
  }

  /** Hands over what came while nobody listened, then everything that comes but pings, pongs and acknowledgements. */
  listen(take: (message: terminal.Envelope) => void): void {
    this.taker = take;
    this.isTakerForOne = false;
    for (const message of this.early.splice(0)) take(message);
  }

  /** Waits for one message. @throws ConnectionLost, or the signal's reason */
  async nextMessage(signal: AbortSignal): Promise<terminal.Envelope> {
    const early = this.early.shift();
    if (early) return early;
    const either = AbortSignal.any([signal, this.ended]);
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        this.taker = undefined;
        reject(either.reason as Error);
      };
      if (either.aborted) {
        fail();
        return;
      }
      either.addEventListener('abort', fail, { once: true });
      this.isTakerForOne = true;
      this.taker = (message) => {
        either.removeEventListener('abort', fail);
        resolve(message);
      };
    });
  }

  send(type: string, body: unknown, more: { id?: string; re?: string } = {}): void {
    const shiftUs = (this.faults?.clockShiftMs ?? 0) * 1000;
    this.write(this.encode(terminal.envelope(type, body, wallUs() + shiftUs, more)));
  }

  /** The frames that a message becomes on this line; none when it is lost. To be written in order. */
  encode(message: terminal.Envelope): Buffer {
    const told = this.clock ? this.clock.told(message) : message;
    if (!this.faults) return terminal.encodeFrame(told);
    const { messages, delayMs, isOvertaken } = this.faults.outgoing(told);
    if (delayMs > 0) this.hold(delayMs);
    const frames = messages.map((one) => terminal.encodeFrame(one));
    if (isOvertaken && !this.overtaken) {
      this.overtaken = Buffer.concat(frames);
      setTimeout(() => this.write(this.takeOvertaken()), OVERTAKEN_MS).unref();
      return Buffer.alloc(0);
    }
    return Buffer.concat([...frames, this.takeOvertaken()]);
  }

  /** The gateway does not read what was written. */
  get isFull(): boolean {
    return this.socket.writableNeedDrain;
  }

  write(frames: Buffer): void {
    if (frames.length > 0) {
      if (this.waiting) this.waiting.push(frames);
      else if (!this.ended.aborted && this.socket.writable) this.socket.write(frames);
    }
    if (this.faults?.isCut === true) this.close('a fault of the plan breaks the line');
  }

  /** Waits while the gateway does not read. */
  async drained(): Promise<void> {
    if (!this.socket.writableNeedDrain || this.ended.aborted) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.socket.off('drain', go);
        this.ended.removeEventListener('abort', go);
        resolve();
      };
      this.socket.on('drain', go);
      this.ended.addEventListener('abort', go);
    });
  }

  startHeartbeat(everyMs: number): void {
    if (this.ended.aborted) return;
    let wasIdle = false;
    this.heartbeat = setInterval(() => {
      const isIdle = performance.now() - this.heardMs > IDLE_MS;
      // Twice in a row: after a pause of this process the timer runs before what arrived meanwhile is read.
      if (isIdle && wasIdle) {
        this.close('the gateway is silent');
        return;
      }
      wasIdle = isIdle;
      this.send('ping', { t0: wallUs() });
    }, everyMs);
  }

  /** Ends the connection after what was written. */
  close(reason: string): void {
    if (this.ended.aborted) return;
    this.reason = reason;
    this.socket.destroySoon();
  }

  private hold(ms: number): void {
    if (this.waiting) return;
    this.waiting = [];
    setTimeout(() => {
      const frames = Buffer.concat(this.waiting ?? []);
      this.waiting = undefined;
      this.write(frames);
    }, ms).unref();
  }

  private takeOvertaken(): Buffer {
    const frames = this.overtaken ?? Buffer.alloc(0);
    this.overtaken = undefined;
    return frames;
  }

  private receive(chunk: Buffer): void {
    this.heardMs = performance.now();
    try {
      for (const raw of this.reader.push(chunk)) {
        const parsed = terminal.envelopeSchema.parse(raw);
        const message = this.faults ? this.faults.incoming(parsed) : parsed;
        if (message) this.dispatch(this.clock ? this.clock.heard(message) : message);
        if (this.faults?.isCut === true) this.close('a fault of the plan breaks the line');
      }
    } catch (error) {
      this.close(error instanceof terminal.FrameError ? error.message : 'the gateway sent what is not of the protocol');
      this.socket.destroy();
    }
  }

  private dispatch(message: terminal.Envelope): void {
    switch (message.t) {
      case 'ping': {
        const t0 = terminal.pingSchema.safeParse(message.d).data?.t0 ?? 0;
        const t1 = wallUs();
        this.send('pong', { t0, t1, t2: wallUs() }, message.id === undefined ? {} : { re: message.id });
        return;
      }
      case 'pong':
      case 'ack':
        return;
      default: {
        const { taker } = this;
        if (!taker) return void this.early.push(message);
        if (this.isTakerForOne) this.taker = undefined;
        taker(message);
      }
    }
  }
}
