import type { terminal } from '@trading/contracts';

/** A request whose answer did not come, or cannot be read: nobody knows what the terminal did. */
export class NoAnswer extends Error {
  readonly code = 'TERMINAL_NO_ANSWER';
  constructor(
    readonly request: string,
    message = `The terminal did not answer ${request}.`,
  ) {
    super(message);
  }
}

interface Pending {
  readonly type: string;
  readonly timeoutMs: number;
  readonly resolve: (answer: terminal.Envelope) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Requests to a terminal that wait for their answers. */
export class PendingRequests {
  private readonly waiting = new Map<string, Pending>();
  private nextId = 1;

  add(type: string, timeoutMs: number): { readonly id: string; readonly answer: Promise<terminal.Envelope> } {
    const id = String(this.nextId++);
    const answer = new Promise<terminal.Envelope>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new NoAnswer(type));
      }, timeoutMs);
      this.waiting.set(id, { type, timeoutMs, resolve, reject, timer });
    });
    return { id, answer };
  }

  /** Whether a request waited for this answer. */
  settle(id: string, answer: terminal.Envelope): boolean {
    const one = this.waiting.get(id);
    if (one === undefined) return false;
    this.waiting.delete(id);
    clearTimeout(one.timer);
    one.resolve(answer);
    return true;
  }

  /** How long the terminal may take for the commands that wait; 0 when none does. */
  commandTimeoutMs(): number {
    let longest = 0;
    for (const { type, timeoutMs } of this.waiting.values()) {
      if (type.startsWith('order.')) longest = Math.max(longest, timeoutMs);
    }
    return longest;
  }

  /** No answers will come any more. */
  abandon(): void {
    for (const { type, reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new NoAnswer(type));
    }
    this.waiting.clear();
  }
}
