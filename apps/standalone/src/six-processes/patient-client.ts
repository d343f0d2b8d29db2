const LOOK_EVERY_MS = 200;

export interface Patience {
  /** How long to go on calling a service that does not answer, in milliseconds. */
  readonly withinMs: number;
  /** Nobody waits for an answer any more. */
  readonly isOver: () => boolean;
}

/**
 * A client whose calls are made again while the service is away, as when it is started again under a run that goes on.
 * For calls that only ask.
 */
export function patient<S extends object>(client: S, patience: Patience): S {
  return new Proxy(client, {
    get: (target, name, receiver) => {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]): unknown =>
        untilAnswered(() => Reflect.apply(method, target, args) as unknown, patience);
    },
  });
}

async function untilAnswered(call: () => unknown, { withinMs, isOver }: Patience): Promise<unknown> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isAway(error) || isOver() || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** By its shape: the connection failed, or the service was going down. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error) || !('status' in error)) return false;
  return ['UNAVAILABLE', 'CANCELLED', 'DEADLINE_EXCEEDED'].includes(String(error.status));
}
