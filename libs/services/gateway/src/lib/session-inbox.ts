import type { terminal } from '@trading/contracts';

/** Frames that may wait before the terminal is asked to slow down, and their size. */
const FRAME_LIMIT = 1_000;
const BYTE_LIMIT = 4 * 1_048_576;
/** So many waiting frames are pressure, though something gets through all the time: older prices are of no use then. */
const PRESSURE_FRAMES = FRAME_LIMIT / 4;

export interface InboxOptions {
  /** Live sessions: while what takes the frames is slow or behind, of each symbol's ticks only the newest wait. */
  readonly conflates: boolean;
  /** Whether nothing has got through for some time. */
  readonly isSlow: () => boolean;
  /** For how long nothing must have got through. */
  readonly slowMs: number;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Hears how many ticks were left out. */
  readonly onConflated: (ticks: number) => void;
}

interface Waiting {
  message: terminal.Envelope;
  bytes: number;
}

/** Frames of a terminal that wait to be relayed, in their order; it reads no more than it can hold. */
export class SessionInbox {
  private waiting: Waiting[] = [];
  private next = 0;
  private bytes = 0;
  /** The newest waiting ticks of each symbol, while conflating. */
  private newest = new Map<string, Waiting>();
  private isConflating = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: InboxOptions) {}

  get length(): number {
    return this.waiting.length - this.next;
  }

  push(message: terminal.Envelope, bytes: number): void {
    const symbol = tickSymbol(message);
    if (symbol !== undefined && this.conflates()) {
      const older = this.newest.get(symbol);
      if (older !== undefined) {
        this.replace(older, message, bytes);
        return;
      }
    }
    const entry = { message, bytes };
    if (symbol !== undefined && this.isConflating) this.newest.set(symbol, entry);
    this.waiting.push(entry);
    this.bytes += bytes;
    if (this.isFull()) this.hold();
  }

  shift(): terminal.Envelope | undefined {
    const entry = this.waiting[this.next];
    if (entry === undefined) return undefined;
    this.next += 1;
    this.bytes -= entry.bytes;
    if (this.next === this.waiting.length) {
      this.clear();
      // Before the message is relayed, which may wait for an answer of the terminal.
      this.options.resume();
      return entry.message;
    }
    if (this.next > FRAME_LIMIT) {
      this.waiting = this.waiting.slice(this.next);
      this.next = 0;
    }
    const symbol = this.isConflating ? tickSymbol(entry.message) : undefined;
    if (symbol !== undefined && this.newest.get(symbol) === entry) this.newest.delete(symbol);
    return entry.message;
  }

  /** Forgets everything: the session is over. */
  close(): void {
    this.clear();
  }

  private isFull(): boolean {
    return this.length > FRAME_LIMIT || this.bytes > BYTE_LIMIT;
  }

  private hold(): void {
    this.options.pause();
    if (!this.options.conflates) return;
    // While nothing is read nothing comes in that could notice the slowness.
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!this.isFull()) return;
      if (this.conflates() && !this.isFull()) this.options.resume();
      else this.hold();
    }, this.options.slowMs).unref();
  }

  /** Whether ticks are conflated now; it begins with what waits already, and ends when nothing waits. */
  private conflates(): boolean {
    if (this.isConflating) return true;
    if (!this.options.conflates || !(this.length >= PRESSURE_FRAMES || this.options.isSlow())) return false;
    this.isConflating = true;
    let dropped = 0;
    const kept: Waiting[] = [];
    for (const entry of this.waiting.slice(this.next).reverse()) {
      const symbol = tickSymbol(entry.message);
      if (symbol !== undefined && this.newest.has(symbol)) {
        dropped += tickCount(entry.message);
        this.bytes -= entry.bytes;
        continue;
      }
      if (symbol !== undefined) this.newest.set(symbol, entry);
      kept.push(entry);
    }
    this.waiting = kept.reverse();
    this.next = 0;
    if (dropped > 0) this.options.onConflated(dropped);
    return true;
  }

  private replace(older: Waiting, message: terminal.Envelope, bytes: number): void {
    this.options.onConflated(tickCount(older.message));
    this.bytes += bytes - older.bytes;
    older.message = message;
    older.bytes = bytes;
  }

  private clear(): void {
    this.waiting = [];
    this.next = 0;
    this.bytes = 0;
    this.isConflating = false;
    this.newest.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function tickSymbol({ t, d }: terminal.Envelope): string | undefined {
  if (t !== 'tick') return undefined;
  const { symbol } = (d ?? {}) as Partial<terminal.TickFrame>;
  return typeof symbol === 'string' ? symbol : undefined;
}

function tickCount({ d }: terminal.Envelope): number {
  const { t } = (d ?? {}) as Partial<terminal.TickFrame>;
  return Array.isArray(t) ? t.length : 1;
}
