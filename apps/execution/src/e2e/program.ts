import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const PROGRAM = join(__dirname, '../../../../dist/apps/execution/src/main.js');
const DEADLINE_MS = 30_000;

export type LogLine = Readonly<Record<string, unknown>>;

/** The built program as a process with an environment of its own, and what it says. */
export class Program {
  readonly lines: LogLine[] = [];
  stderr = '';
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly exited: Promise<number | null>;

  constructor(env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, ['--enable-source-maps', PROGRAM], {
      env: { PATH: process.env['PATH'] ?? '', HTTP_PORT: '0', GRPC_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // `close` comes when its output has been read to the end.
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
    let rest = '';
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts.map((line) => JSON.parse(line) as LogLine));
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  /** The first log line with this message, now or when it comes. */
  async line(message: string): Promise<LogLine> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    for (;;) {
      const found = this.lines.find((line) => line['message'] === message);
      if (found !== undefined) return found;
      const ended = this.exited.then(() => Promise.reject(new Error(`The program has ended: ${this.stderr}`)));
      await Promise.race([once(this.child.stdout, 'data', { signal }), ended]);
    }
  }

  /** The exit code, after SIGTERM where `signal` says so. */
  async end(signal?: 'SIGTERM'): Promise<number | null> {
    if (signal !== undefined) this.child.kill(signal);
    return this.exited;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
