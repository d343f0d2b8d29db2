import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../front/process-identity';
import { SIX, type SixName } from './six-services';

/** How long a service may take to drain before it is ended. Longer than its own limits for draining. */
export const DRAIN_WITHIN_MS = 25_000;
const LOOK_EVERY_MS = 25;

/** A service's process, told from later ones with the same id. */
interface Left {
  readonly pid: number;
  readonly identity: string;
}

/** Which process is a service's, kept in the data folder for a program that comes after one that was killed. */
export class PidFile {
  private readonly path: string;

  constructor(
    folder: string,
    readonly name: SixName,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, `${name}.pid`);
  }

  write(pid: number): void {
    writeFileSync(this.path, `${JSON.stringify({ pid, identity: processIdentity(pid) ?? '' })}\n`);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  /** The process that was left, while it lives. */
  living(): number | undefined {
    const left = this.read();
    return left !== undefined && processIdentity(left.pid) === left.identity ? left.pid : undefined;
  }

  private read(): Left | undefined {
    if (!existsSync(this.path)) return undefined;
    try {
      const { pid, identity } = JSON.parse(readFileSync(this.path, 'utf8')) as Partial<Left>;
      return typeof pid === 'number' && typeof identity === 'string' ? { pid, identity } : undefined;
    } catch {
      return undefined;
    }
  }
}

export function pidFolder(dataDir: string): string {
  return join(dataDir, 'processes');
}

/**
 * Ends services that a program left running, all at once.
 * @returns the names of those that ran
 */
export async function endLeftServices(dataDir: string, withinMs = DRAIN_WITHIN_MS): Promise<SixName[]> {
  const left = SIX.map((name) => new PidFile(pidFolder(dataDir), name)).flatMap((file) => {
    const pid = file.living();
    return pid === undefined ? [] : [{ file, pid }];
  });
  await Promise.all(left.map(({ file, pid }) => end(file, pid, withinMs)));
  return left.map(({ file }) => file.name);
}

async function end(file: PidFile, pid: number, withinMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const deadline = performance.now() + withinMs;
  while (file.living() === pid) {
    if (performance.now() > deadline) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  file.remove();
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended just now.
  }
}
