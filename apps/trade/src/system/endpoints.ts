import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli/cli-error';

const addresses = z.object({
  /** Such as `http://127.0.0.1:8180`. */
  http: z.url(),
  /** Such as `127.0.0.1:9190`. */
  grpc: z.string().min(1),
});

const system = z.object({
  pid: z.int().positive(),
  operatorTokenFile: z.string().min(1),
  accounts: z.array(z.string()),
  startedAt: z.string(),
});

const oneProcess = addresses.extend(system.shape);

const sixProcesses = system.extend({
  services: z.object({
    prediction: addresses,
    decision: addresses,
    execution: addresses,
    'risk-manager': addresses,
    'mt4-gateway': addresses,
    'mt5-gateway': addresses,
  }),
});

/** What a running system leaves in its data folder so that it can be found; its services share a process, or not. */
export type Endpoints = z.infer<typeof oneProcess> | z.infer<typeof sixProcesses>;

/**
 * The endpoints of the system that keeps its data in `dataDir`; undefined when none was left there.
 * @throws CliError when the file is not what a system writes
 */
export async function readEndpoints(dataDir: string): Promise<Endpoints | undefined> {
  const file = join(dataDir, 'endpoints.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`, 1, { cause: error });
  }
  const content = jsonOf(text);
  const isSix = typeof content === 'object' && content !== null && 'services' in content;
  const parsed = (isSix ? sixProcesses : oneProcess).safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const what = issue === undefined ? '' : ` (${issue.path.join('.') || 'the whole'}: ${issue.message})`;
    throw new CliError(`${file} is not what a running system writes${what}. Remove it and start the system again.`);
  }
  return parsed.data;
}

/** Whether a process still lives; one of another user does. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
