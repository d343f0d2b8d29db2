import { currentBound, runBound } from '@trading/platform-tracing';
import { RpcError } from './rpc-error';

/** How long a unary call may take where nobody says otherwise, in milliseconds. */
export const DEFAULT_DEADLINE_MS = 10_000;

/** A client's deadline is rounded on its way: one that goes away this close to it has run out of time. */
const DEADLINE_SLACK_MS = 20;

/** Node's timers hold 31 bits; what is farther away is as good as never. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the handler of a call may know of its caller's patience. */
export interface CallContext {
  /** Milliseconds until the caller gives up; not positive once it has, `Infinity` where it waits for ever. */
  readonly remainingMs: number;
  /** Aborted, with an {@link RpcError} as the reason, when the caller gives up or goes away before the answer. */
  readonly signal: AbortSignal;
}

type EndListener = (reason: RpcError) => void;

/**
 * The time in which a call is served: from its arrival until its answer, its deadline or its caller's leaving. Calls
 * made within it are bound by it, through whatever is awaited; work that outlives the answer is not.
 */
export class CallScope implements CallContext {
  private controller: AbortController | undefined;
  private readonly listeners = new Set<EndListener>();
  private readonly bound = new Set<EndListener>();
  private endedBy: RpcError | undefined;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;
  private leaveParent: (() => void) | undefined;

  /**
   * @param deadlineEpochMs when the caller gives up, in milliseconds since 1970 as grpc-js counts; `Infinity` for never
   * @param passesCancellationOn whether calls made within are cancelled when the caller goes away. One that changes
   *   state is finished once it has begun: half a change would have an outcome that nobody knows.
   */
  constructor(
    readonly deadlineEpochMs: number,
    private readonly passesCancellationOn: boolean,
  ) {}

  /** A scope of at most `limitMs` within the one that is current, ended by itself when the time is up. */
  static within(limitMs: number, passesCancellationOn: boolean): CallScope {
    const parent = boundingScope();
    const ownDeadline = Date.now() + limitMs;
    const isParentsSooner = parent !== undefined && parent.deadlineEpochMs <= ownDeadline;
    const scope = new CallScope(isParentsSooner ? parent.deadlineEpochMs : ownDeadline, passesCancellationOn);
    scope.leaveParent = parent?.whenAbandoned((reason) => scope.end(reason));
    if (!isParentsSooner) {
      scope.endIn(limitMs);
    }
    return scope;
  }

  get remainingMs(): number {
    return this.deadlineEpochMs - Date.now();
  }

  get signal(): AbortSignal {
    // Made when asked for: most handlers never do.
    this.controller ??= new AbortController();
    if (this.endedBy !== undefined && !this.controller.signal.aborted) {
      this.controller.abort(this.endedBy);
    }
    return this.controller.signal;
  }

  get isAnswered(): boolean {
    return this.isOver;
  }

  /** Why calls made now would be in vain; undefined as long as they are not. */
  get abandoned(): RpcError | undefined {
    if (this.endedBy === undefined) {
      return this.remainingMs <= 0 ? deadlineExceeded() : undefined;
    }
    return this.binds(this.endedBy) ? this.endedBy : undefined;
  }

  run<T>(work: () => T): T {
    return runBound(this, work);
  }

  /** Ends the scope by itself after `limitMs`. */
  endIn(limitMs: number): void {
    if (limitMs <= LONGEST_TIMER_MS) {
      this.timer = setTimeout(() => this.end(deadlineExceeded()), Math.max(0, limitMs));
      this.timer.unref();
    }
  }

  /** The caller has gone, which it may after the answer too; the clock tells whether because its time was up. */
  callerLeft(): void {
    if (this.isOver || this.endedBy !== undefined) {
      return;
    }
    this.end(
      this.remainingMs <= DEADLINE_SLACK_MS
        ? deadlineExceeded()
        : new RpcError('CANCELLED', 'CANCELLED', 'The caller has gone away.'),
    );
  }

  /** Tells whoever serves the call that nobody waits for its answer any more. */
  end(reason: RpcError): void {
    if (this.endedBy !== undefined || this.isOver) {
      return;
    }
    this.endedBy = reason;
    clearTimeout(this.timer);
    this.controller?.abort(reason);
    for (const tell of [...this.listeners, ...(this.binds(reason) ? this.bound : [])]) {
      tell(reason);
    }
  }

  /** The handler is done: nothing binds any more. */
  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.leaveParent?.();
    this.listeners.clear();
    this.bound.clear();
  }

  /** Calls `listener` when the scope ends before its handler does. */
  whenEnded(listener: EndListener): void {
    this.listeners.add(listener);
  }

  /** Calls `listener` when calls made within are to be given up; returns how to stop that. */
  whenAbandoned(listener: EndListener): () => void {
    this.bound.add(listener);
    return () => this.bound.delete(listener);
  }

  private binds(reason: RpcError): boolean {
    return this.passesCancellationOn || reason.status !== 'CANCELLED';
  }
}

/** The scope that bounds calls made now; undefined outside of calls and in work that outlived one. */
export function boundingScope(): CallScope | undefined {
  const scope = currentBound();
  return scope instanceof CallScope && !scope.isAnswered ? scope : undefined;
}

/** The call that is being served where this is asked; undefined outside of calls. */
export function currentCall(): CallContext | undefined {
  return boundingScope();
}

/**
 * Runs `work` with at most `limitMs` milliseconds for the calls that it makes, and no more than the current call has
 * left. The work itself is told by `currentCall().signal`; its promise settles as the work does.
 */
export async function withDeadline<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  const scope = CallScope.within(limitMs, true);
  try {
    return await scope.run(work);
  } finally {
    scope.close();
  }
}

/**
 * Runs `work` unbound by the current call: for what is shared by several callers or has to be finished although its
 * caller gave up. Calls made within it have their own deadlines only.
 */
export function shielded<T>(work: () => T): T {
  return runBound(undefined, work);
}

export function deadlineExceeded(): RpcError {
  return new RpcError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'The call took longer than its caller waits.');
}
