import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads a stored object; undefined when there is none. */
type Read = (key: string) => Promise<Uint8Array | undefined>;

/** A file of the shipped model against the one that was made. */
export interface Comparison {
  readonly key: string;
  readonly equal: boolean;
}

/** Byte for byte; a shipped file that is missing equals nothing. */
export async function compareWithShipped(
  shippedFolder: string,
  keys: readonly string[],
  made: Read,
): Promise<Comparison[]> {
  return Promise.all(
    keys.map(async (key) => {
      const [shipped, own] = await Promise.all([readFile(join(shippedFolder, key)).catch(() => undefined), made(key)]);
      return { key, equal: shipped !== undefined && own !== undefined && shipped.equals(own) };
    }),
  );
}
