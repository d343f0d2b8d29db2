import type { Logger } from '@trading/platform-logging';

/**
 * The phases in which a service goes down, in this order. Between `streams` and `outbox` the process drains gRPC and
 * HTTP, so the outbox still sees what the last calls wrote.
 */
export const SHUTDOWN_PHASES = ['consumers', 'streams', 'outbox', 'stores'] as const;

export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];

interface Hook {
  readonly name: string;
  readonly run: () => Promise<void> | void;
}

/** What one service has to do when it goes down; injected into the service, run by the process. */
export class ShutdownHooks {
  private readonly hooks = new Map<ShutdownPhase, Hook[]>();

  constructor(
    private readonly logger: Logger,
    /** What a hook may take, in milliseconds; afterwards shutdown goes on without it. */
    private readonly deadlineMs = 10_000,
  ) {}

  /** Adds a hook. The hooks of a phase run at once, so none may need another one of its phase. */
  add(phase: ShutdownPhase, name: string, run: () => Promise<void> | void): void {
    this.hooks.set(phase, [...(this.hooks.get(phase) ?? []), { name, run }]);
  }

  /** Runs a phase, at most once. Never rejects: a hook that fails or hangs is logged, the others still run. */
  async run(phase: ShutdownPhase): Promise<void> {
    const hooks = this.hooks.get(phase) ?? [];
    this.hooks.delete(phase);
    await Promise.all(hooks.map((hook) => this.runHook(phase, hook)));
  }

  private async runHook(phase: ShutdownPhase, hook: Hook): Promise<void> {
    try {
      const work = Promise.resolve().then(() => hook.run());
      if (!(await settlesWithin(work, this.deadlineMs))) {
        this.logger.error({ phase, hook: hook.name, deadlineMs: this.deadlineMs }, 'A shutdown hook takes too long.');
      }
    } catch (error) {
      this.logger.error({ phase, hook: hook.name, error }, 'A shutdown hook failed.');
    }
  }
}

/** Whether `work` settles in time; rejects as it does. */
export async function settlesWithin(work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlineMs);
  });
  try {
    return await Promise.race([work.then(() => true), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
