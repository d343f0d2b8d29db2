import type { Socket } from 'node:net';
import { terminal } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';

/** A request whose answer did not come: nobody knows what the terminal did. */
export class NoAnswer extends Error {
  readonly code = 'TERMINAL_NO_ANSWER';
  constructor(readonly request: string) {
    super(`The terminal did not answer ${request}.`);
  }
}

interface Pending {
  readonly type: string;
  readonly resolve: (answer: terminal.Envelope) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface ConnectionListener {
  /** A message that answers no request. */
  onMessage(message: terminal.Envelope): void;
  onClose(reason: string): void;
}

/** How long a peer may take to read the last words that it was sent. */
const LAST_WORDS_MS = 1_000;

/** One TCP connection of a terminal: frames in and out, requests paired with their answers, death by silence. */
export class TerminalConnection {
  private readonly reader: terminal.FrameReader;
  private readonly pending = new Map<string, Pending>();
  private nextId = 1;
  private lastHeardMs = Date.now();
  private heartbeat: NodeJS.Timeout | undefined;
  private listener: ConnectionListener | undefined;
  private closed = false;
  private closeReason = 'closed by the terminal';

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    this.reader = new terminal.FrameReader(socket.remoteAddress === '127.0.0.1' || socket.remoteAddress === '::1');
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', (error) => (this.closeReason = error.message));
    socket.on('close', () => this.ended());
  }

  get isOpen(): boolean {
    return !this.closed;
  }

  listen(listener: ConnectionListener): void {
    this.listener = listener;
    if (this.closed) listener.onClose(this.closeReason);
  }

  send(type: string, body: unknown, more: { id?: string; re?: string; ack?: number } = {}): void {
    if (this.closed) return;
    this.socket.write(terminal.encodeFrame(terminal.envelope(type, body, systemClock.nowUs(), more)));
  }

  /** Sends a request and waits for the message that answers it. Throws {@link NoAnswer}. */
  request(type: string, body: unknown, timeoutMs: number): Promise<terminal.Envelope> {
    if (this.closed) return Promise.reject(new NoAnswer(type));
    const id = String(this.nextId++);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new NoAnswer(type));
      }, timeoutMs);
      this.pending.set(id, { type, resolve, reject, timer });
      this.send(type, body, { id });
    });
  }

  /** Pings at this interval and gives the connection up after five of them in silence. */
  startHeartbeat(everyMs: number): void {
    if (this.closed) return;
    this.heartbeat = setInterval(() => {
      // Whom we do not listen to is not silent.
      if (this.socket.isPaused()) this.lastHeardMs = Date.now();
      if (Date.now() - this.lastHeardMs > everyMs * 5) this.close('no heartbeat');
      else this.send('ping', { t0: systemClock.nowUs() });
    }, everyMs);
    this.heartbeat.unref();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Ends the connection at once for us; the peer has a moment to read what it was sent. */
  close(reason: string): void {
    if (this.closed) return;
    this.closeReason = reason;
    this.socket.destroySoon();
    const cut = setTimeout(() => this.socket.destroy(), LAST_WORDS_MS).unref();
    this.socket.once('close', () => clearTimeout(cut));
    this.ended();
  }

  private receive(chunk: Buffer): void {
    if (this.closed) return;
    this.lastHeardMs = Date.now();
    try {
      for (const raw of this.reader.push(chunk)) {
        this.dispatch(terminal.envelopeSchema.parse(raw));
        // What follows a message that ended the connection is not taken.
        if (!this.isOpen) return;
      }
    } catch (error) {
      this.close(error instanceof terminal.FrameError ? error.message : 'a message that is not of the protocol');
    }
  }

  private dispatch(message: terminal.Envelope): void {
    if (message.t === 'ping') {
      this.send('pong', message.d, message.id === undefined ? {} : { re: message.id });
      return;
    }
    if (message.t === 'pong') return;
    const waiting = message.re === undefined ? undefined : this.pending.get(message.re);
    if (waiting !== undefined && message.re !== undefined) {
      this.pending.delete(message.re);
      clearTimeout(waiting.timer);
      waiting.resolve(message);
      return;
    }
    this.listener?.onMessage(message);
  }

  private ended(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.heartbeat);
    for (const { type, reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(new NoAnswer(type));
    }
    this.pending.clear();
    this.listener?.onClose(this.closeReason);
  }
}
