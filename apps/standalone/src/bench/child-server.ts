import { spawn } from 'node:child_process';
import { once } from 'node:events';

const UP_WITHIN_MS = 30_000;

/** A server in a process of its own, which ends with the work done against it. */
export async function withServer<R>(source: string, work: (port: number) => Promise<R>): Promise<R> {
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(UP_WITHIN_MS) })) as [Buffer];
    return await work(Number(port.toString()));
  } finally {
    child.kill('SIGKILL');
  }
}
