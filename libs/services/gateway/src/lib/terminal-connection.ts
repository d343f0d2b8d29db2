import type { Socket } from 'node:net';
import { terminal } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import type { InboundBudget } from './inbound-budget';
import { bodyOf, faultOf, PeerFault } from './peer-fault';
import { NoAnswer, PendingRequests } from './pending-requests';

export { NoAnswer } from './pending-requests';

export interface ConnectionListener {
  /** A message that answers no request, and about how many bytes it had. */
  onMessage(message: terminal.Envelope, bytes: number): void;
  onClose(reason: string): void;
}

export interface ConnectionOptions {
  readonly budget?: InboundBudget;
  /** Hears of what ended the connection when it was the peer's fault. */
  readonly onFault?: (fault: PeerFault) => void;
}

/** How long a peer may take to read the last words that it was sent. */
const LAST_WORDS_MS = 1_000;
/** What a peer may send before it has proven who it is. */
const UNPROVEN_BYTES = 32 * 1_024;
/** What may wait for a peer that does not read. */
const UNREAD_BYTES = 8 * 1_048_576;
/** Heartbeats that may pass in silence. */
const SILENT_BEATS = 5;

/** How many times as long a message may take that comes in pieces. */
const SLOWEST_FRAME = 6;

/** One TCP connection of a terminal: frames in and out, requests paired with their answers, death by silence. */
export class TerminalConnection {
  private readonly reader: terminal.FrameReader;
  private readonly pending = new PendingRequests();
  private lastHeardMs = Date.now();
  private lastMessageMs = Date.now();
  private heartbeat: NodeJS.Timeout | undefined;
  private listener: ConnectionListener | undefined;
  private closed = false;
  private closeReason = 'closed by the terminal';
  private isProven = false;
  private received = 0;
  /** Bytes since the last whole message. */
  private partial = 0;
  private readonly holds = new Set<'inbox' | 'budget'>();
  private budgetTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionOptions = {},
  ) {
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

  /** The peer has proven who it is: it may send as much as its budget allows. */
  prove(): void {
    this.isProven = true;
  }

  send(type: string, body: unknown, more: { id?: string; re?: string; ack?: number } = {}): void {
    if (this.closed) return;
    this.socket.write(terminal.encodeFrame(terminal.envelope(type, body, systemClock.nowUs(), more)));
    if (this.socket.writableLength > UNREAD_BYTES) {
      this.fail(new PeerFault('SLOW_READER', 'The terminal does not read what it is sent.'));
    }
  }

  /** Sends a request and waits for the message that answers it. Throws {@link NoAnswer}. */
  request(type: string, body: unknown, timeoutMs: number): Promise<terminal.Envelope> {
    if (this.closed) return Promise.reject(new NoAnswer(type));
    const { id, answer } = this.pending.add(type, timeoutMs);
    this.send(type, body, { id });
    return answer;
  }

  /**
   * Pings at this interval and gives the connection up after five of them in silence; while a command waits for its
   * answer, which a terminal gives when its broker has answered, after the command's own time besides.
   */
  startHeartbeat(everyMs: number): void {
    if (this.closed) return;
    this.heartbeat = setInterval(() => {
      // Whom we do not listen to is not silent.
      const nowMs = Date.now();
      if (this.socket.isPaused()) this.lastHeardMs = this.lastMessageMs = nowMs;
      const limitMs = everyMs * SILENT_BEATS + this.pending.commandTimeoutMs();
      // Bytes that never become a message are no sign of life either.
      const isSilent = nowMs - this.lastHeardMs > limitMs || nowMs - this.lastMessageMs > limitMs * SLOWEST_FRAME;
      if (isSilent) this.close('no heartbeat');
      else this.send('ping', { t0: systemClock.nowUs() });
    }, everyMs);
    this.heartbeat.unref();
  }

  pause(why: 'inbox' | 'budget' = 'inbox'): void {
    this.holds.add(why);
    this.socket.pause();
  }

  resume(why: 'inbox' | 'budget' = 'inbox'): void {
    if (!this.holds.delete(why) || this.holds.size > 0) return;
    this.socket.resume();
  }

  /** Ends the connection for what the peer did, and tells it the code. */
  fail(fault: PeerFault): void {
    if (this.closed) return;
    this.options.onFault?.(fault);
    if (this.socket.writableLength <= UNREAD_BYTES) this.send('bye', { code: fault.code });
    this.close(`${fault.code}: ${fault.message}`);
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
    this.received += chunk.length;
    if (!this.isProven && this.received > UNPROVEN_BYTES) {
      this.fail(new PeerFault('UNPROVEN_TOO_LONG', `More than ${UNPROVEN_BYTES} bytes before a proof.`));
      return;
    }
    try {
      const frames = this.reader.push(chunk);
      const bytes = (this.partial + chunk.length) / Math.max(frames.length, 1);
      if (frames.length > 0) this.lastMessageMs = this.lastHeardMs;
      this.partial = frames.length === 0 ? this.partial + chunk.length : 0;
      this.spend(frames.length, chunk.length);
      for (const raw of frames) {
        // What follows a message that ended the connection is not taken.
        if (!this.isOpen) return;
        this.dispatch(envelopeOf(raw), bytes);
      }
    } catch (error) {
      this.fail(faultOf(error) ?? new PeerFault('MESSAGE_INVALID', 'A message could not be taken.'));
    }
  }

  private spend(frames: number, bytes: number): void {
    const waitMs = this.options.budget?.take(frames, bytes, performance.now()) ?? 0;
    if (waitMs === 'flood') throw new PeerFault('FLOOD', 'The terminal sends more than anybody could take.');
    if (waitMs === 0) return;
    this.pause('budget');
    clearTimeout(this.budgetTimer);
    this.budgetTimer = setTimeout(() => this.resume('budget'), waitMs).unref();
  }

  private dispatch(message: terminal.Envelope, bytes: number): void {
    if (message.t === 'ping') {
      const { t0 } = bodyOf(terminal.pingSchema, message);
      this.send('pong', { t0 }, message.id === undefined ? {} : { re: message.id });
      return;
    }
    if (message.t === 'pong') return;
    if (message.re !== undefined && this.pending.settle(message.re, message)) return;
    this.listener?.onMessage(message, bytes);
  }

  private ended(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.heartbeat);
    clearTimeout(this.budgetTimer);
    this.pending.abandon();
    this.listener?.onClose(this.closeReason);
  }
}

function envelopeOf(raw: unknown): terminal.Envelope {
  const parsed = terminal.envelopeSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new PeerFault('FRAME_INVALID', 'A message that is not of the protocol.');
}
