import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileSha256, readTextChunks, writeFileAtomic } from '../index';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function chunksOf(path: string): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of readTextChunks(path)) chunks.push(chunk);
  return chunks;
}

// Lines of 22 bytes: the first 256 KB end after 14 bytes of one, inside the euro sign.
const TEXT = 'time,bid,ask€ä😀\n'.repeat(50_000);

describe('readTextChunks', () => {
  it('reads a large text in several pieces without splitting a character', async () => {
    const chunks = await chunksOf(fileOf('plain.csv', TEXT));
    expect(chunks.length).toBeGreaterThan(2);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(256 * 1024);
    expect(chunks.join('') === TEXT).toBe(true);
  });

  it.each(['named.csv.gz', 'unnamed.csv'])('decompresses %s, told by its name or its first bytes', async (name) => {
    const chunks = await chunksOf(fileOf(name, gzipSync(TEXT)));
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.join('') === TEXT).toBe(true);
  });

  it('reads an empty file as nothing', async () => {
    expect(await chunksOf(fileOf('empty.csv', ''))).toEqual([]);
  });

  it('says that a compressed file was cut off', async () => {
    const whole = gzipSync(TEXT);
    const path = fileOf('cut.csv.gz', whole.subarray(0, whole.length - 20));
    await expect(chunksOf(path)).rejects.toMatchObject({
      name: 'FileProblem',
      code: 'TRUNCATED',
      path,
      message: `${path}: the compressed file ends too early; copy it again.`,
    });
    await expect(chunksOf(fileOf('nothing.csv.gz', ''))).rejects.toMatchObject({ code: 'TRUNCATED' });
  });

  it('says that a compressed file is damaged or is none', async () => {
    await expect(chunksOf(fileOf('plain.gz', TEXT))).rejects.toMatchObject({ code: 'UNREADABLE' });
  });

  it('says that a file is missing or a folder', async () => {
    const path = join(folder, 'missing.csv');
    await expect(chunksOf(path)).rejects.toMatchObject({ code: 'MISSING', message: `${path}: there is no such file.` });
    await expect(chunksOf(folder)).rejects.toMatchObject({ code: 'UNREADABLE' });
  });

  it.each(['plain.csv', 'named.csv.gz'])('may be left in the middle of %s', async (name) => {
    const chunks = readTextChunks(join(folder, name));
    expect((await chunks.next()).done).toBe(false);
    expect(await chunks.return(undefined)).toEqual({ done: true, value: undefined });
  });
});

describe('writeFileAtomic', () => {
  it('puts the new content in place of the old and leaves nothing else behind', async () => {
    const path = fileOf('summary.json', 'old');
    await writeFileAtomic(path, 'new €');
    expect(readFileSync(path, 'utf8')).toBe('new €');
    await writeFileAtomic(path, Uint8Array.of(1, 2));
    expect([...readFileSync(path)]).toEqual([1, 2]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('says what cannot be written', async () => {
    const missingFolder = join(folder, 'none', 'a.txt');
    await expect(writeFileAtomic(missingFolder, '')).rejects.toMatchObject({ code: 'UNWRITABLE', path: missingFolder });
    const belowFile = join(fileOf('file', ''), 'a.txt');
    await expect(writeFileAtomic(belowFile, '')).rejects.toMatchObject({ code: 'UNWRITABLE', path: belowFile });
  });

  it('keeps the old content, and no half-written neighbour, when the renaming fails', async () => {
    // A folder cannot be replaced by a file: writing works, renaming does not.
    const inner = mkdtempSync(join(folder, 'target-'));
    await expect(writeFileAtomic(inner, 'x')).rejects.toMatchObject({ code: 'UNWRITABLE' });
    expect(readdirSync(inner)).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('fileSha256', () => {
  it('is that of the bytes on disk', async () => {
    // Test vector of FIPS 180-4.
    const path = fileOf('abc', 'abc');
    expect(await fileSha256(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    await expect(fileSha256(join(folder, 'missing'))).rejects.toMatchObject({ code: 'MISSING' });
  });
});
