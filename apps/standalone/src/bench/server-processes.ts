import { z } from 'zod';
import { runDevInfra } from '../six-processes/servers';
import { withChildren } from './processor-time';

const status = z.object({ servers: z.array(z.object({ name: z.string(), pid: z.number().optional() })) });

/** Ids of the processes of the servers that were started in a folder, by server; none for servers of somebody else. */
export async function serverProcesses(folder: string): Promise<Readonly<Record<string, readonly number[]>>> {
  const { out } = await runDevInfra(['status', '--json', '--folder', folder]);
  const running = status
    .parse(JSON.parse(out))
    .servers.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
  return Object.fromEntries(running.map(({ name, pid }) => [name, withChildren(pid)]));
}
