import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCodeOf, explainFileError, ObjectStoreError } from './errors';
import { segmentsOf } from './object-key';
import type { ObjectHead, ObjectStore, PutOptions } from './object-store';

/**
 * Objects as files of one folder. A write goes to a hidden temporary file beside the target, is flushed to the disk and
 * then takes its place in one step, so neither a reader nor a crash sees half of it. Symbolic links inside the folder are
 * followed: whoever can place them there is trusted.
 */
export class FolderObjectStore implements ObjectStore {
  private constructor(readonly folder: string) {}

  /**
   * @param options.create make the folder, and those above it, when it does not exist
   * @throws ObjectStoreError `STORE_MISSING`, `NOT_WRITABLE`
   */
  static async open(folder: string, options: { readonly create?: boolean } = {}): Promise<FolderObjectStore> {
    const store = new FolderObjectStore(folder);
    if (options.create) {
      await mkdir(folder, { recursive: true }).catch((error: unknown) => {
        if (hasCode(error, 'EEXIST', 'ENOTDIR')) throw notAFolder(folder);
        throw explainFileError(error, 'write', folder);
      });
    }
    await store.requireFolder();
    return store;
  }

  async get(key: string): Promise<Buffer | undefined> {
    const path = this.pathOf(key);
    try {
      return await readFile(path);
    } catch (error) {
      await this.requireAbsence(error, path);
      return undefined;
    }
  }

  async put(key: string, data: Uint8Array, { ifAbsent = false }: PutOptions = {}): Promise<void> {
    const path = this.pathOf(key);
    await this.requireFolder();
    const folder = dirname(path);
    const temporary = join(folder, `.writing-${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true });
      await writeDurably(temporary, data);
      // A link, unlike a rename, fails when the name is taken.
      if (ifAbsent) await link(temporary, path);
      else await rename(temporary, path);
      await flushFolder(folder);
    } catch (error) {
      if (ifAbsent && hasCode(error, 'EEXIST')) {
        throw new ObjectStoreError('OBJECT_EXISTS', `${key} exists already in ${this.folder}.`, { cause: error });
      }
      throw explainFileError(error, 'write', path);
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async list(prefix: string): Promise<string[]> {
    await this.requireFolder();
    const keys: string[] = [];
    const visit = async (folder: string, above: string): Promise<void> => {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.name.startsWith('.')) continue;
        const key = `${above}${entry.name}`;
        if (entry.isDirectory()) {
          const below = `${key}/`;
          if (below.startsWith(prefix) || prefix.startsWith(below)) await visit(join(folder, entry.name), below);
        } else if (key.startsWith(prefix)) keys.push(key);
      }
    };
    await visit(this.folder, '').catch((error: unknown) => {
      throw explainFileError(error, 'read', this.folder);
    });
    // By code unit, so that the order does not depend on a locale.
    return keys.sort();
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const path = this.pathOf(key);
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
      }
    } catch (error) {
      await this.requireAbsence(error, path);
      return undefined;
    }
    return { size, sha256: hash.digest('hex') };
  }

  private pathOf(key: string): string {
    return join(this.folder, ...segmentsOf(key));
  }

  /** Passes when the object, and not the whole store, is what is missing. */
  private async requireAbsence(error: unknown, path: string): Promise<void> {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw explainFileError(error, 'read', path);
    await this.requireFolder();
  }

  private async requireFolder(): Promise<void> {
    const found = await stat(this.folder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      if (hasCode(error, 'ENOTDIR')) throw notAFolder(this.folder);
      throw explainFileError(error, 'read', this.folder);
    });
    if (!found) {
      throw new ObjectStoreError(
        'STORE_MISSING',
        `The folder ${this.folder} does not exist; create it or name another.`,
      );
    }
    if (!found.isDirectory()) throw notAFolder(this.folder);
  }
}

function notAFolder(path: string): ObjectStoreError {
  return new ObjectStoreError('STORE_MISSING', `${path} is, or lies below, a file; objects need a folder.`);
}

async function writeDurably(path: string, data: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name itself survive a power failure. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errorCodeOf(error));
}
