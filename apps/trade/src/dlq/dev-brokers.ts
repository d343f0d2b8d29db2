import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { dataFolders } from '../system/find-endpoints';

/** What the servers for development note in their folder. */
const ports = z.object({ kafka: z.object({ client: z.int().positive() }) });

/** The brokers of the servers that `./trade dev` keeps beside its data; undefined when there are none. */
export async function brokersOfDev(dataDir: string | undefined, cwd: string): Promise<string[] | undefined> {
  for (const folder of dataFolders(dataDir, cwd)) {
    const text = await readFile(join(folder, 'servers', 'ports.json'), 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : ports.safeParse(JSON.parse(text));
    if (parsed?.success === true) return [`127.0.0.1:${parsed.data.kafka.client}`];
  }
  return undefined;
}
