import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres } from '@trading/platform-database';
import { waitFor } from './wait';

/** What a running system leaves for its operators in `endpoints.json`. */
export interface Endpoints {
  readonly pid: number;
  readonly http: string;
  readonly grpc: string;
  readonly operatorTokenFile: string;
  readonly accounts: readonly string[];
}

interface LivingProcess {
  readonly pid: number;
  readonly command: string;
}

/** A data folder of a test's own. */
export class DataFolder {
  private readonly base = mkdtempSync(join(tmpdir(), 'trading-e2e-'));
  /** Does not exist before a program makes it. */
  readonly path = join(this.base, 'data');

  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** A file beside the data folder. */
  beside(name: string): string {
    return join(this.base, name);
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** Of the program that serves now; undefined while none does. */
  endpoints(pid: number): Endpoints | undefined {
    try {
      const found = JSON.parse(readFileSync(this.file('endpoints.json'), 'utf8')) as Endpoints;
      return found.pid === pid ? found : undefined;
    } catch {
      return undefined;
    }
  }

  operatorToken(): string {
    return readFileSync(this.file('secrets', 'operator.token'), 'utf8').trim();
  }

  /** The csv files of a run, which hold nothing of the wall clock. */
  csv(runId = 'run-0001'): Record<string, string> {
    const names = ['orders.csv', 'trades.csv', 'equity.csv'];
    return Object.fromEntries(names.map((name) => [name, readFileSync(this.file('runs', runId, name), 'utf8')]));
  }

  /** Living processes whose command line names this folder: program, simulator and PostgreSQL server. */
  processes(): LivingProcess[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,stat=,args=', '-ww'], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => {
      const [, pid, state, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      const isOurs = command?.includes(this.base) === true && state?.startsWith('Z') === false;
      return isOurs ? [{ pid: Number(pid), command }] : [];
    });
  }

  /** Ends what is left with SIGKILL, as a power cut would, and waits until it is gone. */
  async killAll(isMeant: (each: LivingProcess) => boolean = () => true): Promise<number> {
    const meant = this.processes().filter(isMeant);
    for (const { pid } of meant) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended just now.
      }
    }
    const pids = new Set(meant.map(({ pid }) => pid));
    await waitFor('the end of what was killed', () => !this.processes().some(({ pid }) => pids.has(pid)));
    return pids.size;
  }

  async remove(): Promise<void> {
    await this.killAll(({ command }) => !command.includes('postgres'));
    if (this.exists) await removeEmbeddedPostgres(this.path);
    rmSync(this.base, { recursive: true, force: true });
  }
}

export const isSimulator = ({ command }: LivingProcess): boolean => command.includes('terminal-simulator');
