import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { waitFor } from './wait';

const ROOT = resolve(__dirname, '../../../..');
/** The built programs; this file may itself be one of them. */
const DIST = existsSync(resolve(ROOT, 'package.json')) ? resolve(ROOT, 'dist') : ROOT;

/** What a program left when it ended. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A built program as a process group of its own, as a shell would start it. */
export class Program {
  out = '';
  err = '';
  private end: Ended | undefined;
  private readonly ending: Promise<Ended>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ending = new Promise((done) => {
      child.on('close', (code, signal) => done((this.end = { code, signal, out: this.out, err: this.err })));
    });
  }

  /** `./trade up`, all ports free ones; a port named in `args` is used instead. */
  static up(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    const ports = ['http', 'grpc', 'terminal'].map((name) => `--${name}-port`).filter((name) => !args.includes(name));
    return Program.start('standalone', [...ports.flatMap((name) => [name, '0']), ...args], env);
  }

  /** `./trade dev`, all ports free ones, without Prometheus. */
  static dev(args: readonly string[], env: NodeJS.ProcessEnv): Program {
    const ports = ['http', 'grpc', 'terminal'].flatMap((name) => [`--${name}-port`, '0']);
    return Program.start('standalone', [...ports, '--no-prometheus', ...args], env, 'dev.js');
  }

  /** A task of `./trade dev`, such as `stop`. */
  static devTask(task: string, dataDir: string): Program {
    return Program.start('standalone', [task, '--data-dir', dataDir], {}, 'dev.js');
  }

  /** Any other command of `./trade`. */
  static trade(args: readonly string[]): Program {
    return Program.start('trade', args, {});
  }

  private static start(app: string, args: readonly string[], env: NodeJS.ProcessEnv, file = 'main.js'): Program {
    const { DATABASE_URL: _url, LOG_LEVEL: _level, ...inherited } = process.env;
    const main = resolve(DIST, `apps/${app}/src/${file}`);
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
      cwd: tmpdir(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...inherited, ...env },
    });
    return new Program(child);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The program could not be started.');
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  /** Signals the whole group, as Ctrl-C in a terminal does. */
  signal(name: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, name);
    } catch {
      // It ended just now.
    }
  }

  async ended(deadlineMs = 90_000): Promise<Ended> {
    await waitFor(`the end of process ${this.pid}, which said: ${this.err.slice(-500)}`, () => this.end, deadlineMs);
    return this.ending;
  }

  async stop(name: NodeJS.Signals): Promise<Ended> {
    this.signal(name);
    return this.ended();
  }

  /** Like {@link waitFor}, and at once in vain when the program ends. */
  waitFor<T>(what: string, look: () => T | Promise<T>, deadlineMs?: number): Promise<NonNullable<T>> {
    const lookOrEnd = async (): Promise<T> => {
      const found = await look();
      if (this.hasEnded && !found) throw new Error(`The program ended before ${what}: ${this.err.slice(-1000)}`);
      return found;
    };
    return waitFor(what, lookOrEnd, deadlineMs);
  }
}
