import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Logger } from '@trading/platform-logging';
import type { LogFile } from './log-file';
import { DRAIN_WITHIN_MS, signal, type PidFile } from './pid-file';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** After so long a life, the next end is a new trouble and not the old one. */
const SETTLED_AFTER_MS = 30_000;

export interface SupervisedOptions {
  /** File that Node runs. */
  readonly program: string;
  /** Arguments that only name the process in lists of processes. */
  readonly label: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly pidFile: PidFile;
  readonly log: LogFile;
  readonly logger: Logger;
  /** How long it may take to drain. */
  readonly drainMs?: number;
  readonly firstPauseMs?: number;
}

/** A service's process: started again whenever it ends, after longer and longer pauses, until it is stopped. */
export class SupervisedProcess {
  /** How often it was started. */
  starts = 0;
  /** How the last of its processes ended that was not asked to. */
  lastEnd: string | undefined;
  private child: ChildProcess | undefined;
  private ending: Promise<void> = Promise.resolve();
  private pause: { readonly timer: NodeJS.Timeout } | undefined;
  private pauseMs: number;
  private isWanted = false;

  constructor(private readonly options: SupervisedOptions) {
    this.pauseMs = options.firstPauseMs ?? FIRST_PAUSE_MS;
  }

  get name(): string {
    return this.options.pidFile.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    this.isWanted = true;
    this.launch();
  }

  /** Lets it drain, then starts it anew. */
  async restart(): Promise<void> {
    await this.stop();
    this.start();
  }

  /** Lets it drain and end; ends it when that takes too long. */
  async stop(): Promise<void> {
    this.isWanted = false;
    if (this.pause !== undefined) clearTimeout(this.pause.timer);
    this.pause = undefined;
    const { child } = this;
    if (child?.pid === undefined) return;
    const { pid } = child;
    signal(pid, 'SIGTERM');
    const timer = setTimeout(() => {
      this.options.logger.warn({ pid }, `${this.name} takes too long to stop; it is ended.`);
      signal(pid, 'SIGKILL');
    }, this.options.drainMs ?? DRAIN_WITHIN_MS);
    await this.ending;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  kill(): void {
    this.isWanted = false;
    if (this.child?.pid !== undefined) signal(this.child.pid, 'SIGKILL');
  }

  private launch(): void {
    const { program, label, env, pidFile, log } = this.options;
    const output = log.openForAppend();
    // A group of its own: Ctrl-C is for us, and we end the services in order.
    const child = spawn(process.execPath, ['--enable-source-maps', program, ...label], {
      detached: true,
      env,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.starts += 1;
    this.child = child;
    if (child.pid !== undefined) pidFile.write(child.pid);
    const started = performance.now();
    this.ending = new Promise((resolve) => {
      const ended = (how: string): void => {
        if (this.child !== child) return;
        this.child = undefined;
        pidFile.remove();
        log.read();
        resolve();
        if (this.isWanted) this.startAgain(how, performance.now() - started);
      };
      child.on('exit', (code, name) => ended(code === null ? `by ${name ?? 'a signal'}` : `with exit code ${code}`));
      child.on('error', (error) => ended(`because it could not be started: ${error.message}`));
    });
  }

  private startAgain(how: string, livedMs: number): void {
    const { logger, firstPauseMs = FIRST_PAUSE_MS } = this.options;
    if (livedMs > SETTLED_AFTER_MS) this.pauseMs = firstPauseMs;
    const pauseMs = this.pauseMs;
    this.pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    this.lastEnd = how;
    logger.warn({}, `${this.name} ended ${how}; it is started again in ${pauseMs / 1000} s.`);
    this.pause = {
      timer: setTimeout(() => {
        this.pause = undefined;
        this.launch();
      }, pauseMs),
    };
  }
}
