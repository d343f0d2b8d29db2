import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFileError } from './errors';
import { FolderObjectStore } from './folder-object-store';
import { objectStoreContract } from './object-store-contract';

describe('FolderObjectStore', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'object-store-'));
  });

  afterEach(async () => {
    await rm(parent, { recursive: true, force: true });
  });

  describe('as an object store', () => {
    objectStoreContract(() => FolderObjectStore.open(join(parent, 'objects'), { create: true }));
  });

  it('says that the folder is missing, at the start and when it goes away later', async () => {
    const folder = join(parent, 'objects');
    await expect(FolderObjectStore.open(folder)).rejects.toMatchObject({
      code: 'STORE_MISSING',
      message: `The folder ${folder} does not exist; create it or name another.`,
    });
    const store = await FolderObjectStore.open(folder, { create: true });
    await rm(folder, { recursive: true });
    await expect(store.put('key', Buffer.from('x'))).rejects.toMatchObject({ code: 'STORE_MISSING' });
    await expect(store.get('key')).rejects.toMatchObject({ code: 'STORE_MISSING' });
    await expect(store.list('')).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });

  it('refuses a file, or a place below one, as its folder', async () => {
    const file = join(parent, 'file');
    await writeFile(file, 'x');
    for (const folder of [file, join(file, 'below')]) {
      await expect(FolderObjectStore.open(folder)).rejects.toMatchObject({ code: 'STORE_MISSING' });
      await expect(FolderObjectStore.open(folder, { create: true })).rejects.toMatchObject({ code: 'STORE_MISSING' });
    }
  });

  it('leaves no temporary file behind, and does not list one that a crash left', async () => {
    const store = await FolderObjectStore.open(parent);
    await store.put('a/key', Buffer.from('x'));
    await expect(store.put('a/key', Buffer.from('y'), { ifAbsent: true })).rejects.toThrow('exists already');
    expect(await readdir(join(parent, 'a'))).toEqual(['key']);
    await writeFile(join(parent, 'a', '.writing-crashed'), 'half');
    expect(await store.list('')).toEqual(['a/key']);
  });

  it.each([
    ['EACCES', 'write', 'NOT_WRITABLE'],
    ['EROFS', 'write', 'NOT_WRITABLE'],
    ['EACCES', 'read', 'NOT_READABLE'],
    ['ENOSPC', 'write', 'NO_SPACE'],
    ['EIO', 'read', 'IO_ERROR'],
  ] as const)('explains %s on %s as %s', (code, action, expected) => {
    const explained = explainFileError(Object.assign(new Error('raw'), { code }), action, '/data/models');
    expect(explained.code).toBe(expected);
    expect(explained.message).toContain('/data/models');
  });
});
