import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { FileProblem, readingProblem } from './file-problem';

const CHUNK_BYTES = 256 * 1024;

/**
 * The text (UTF-8) of a file in pieces of up to 256 KB, never splitting a character. Files that begin as gzip or are
 * named `.gz` are decompressed on the way. Stopping early closes the file.
 * @throws FileProblem MISSING, UNREADABLE, TRUNCATED (a gzip file that ends too early)
 */
export async function* readTextChunks(path: string): AsyncGenerator<string> {
  try {
    yield* textOf(path);
  } catch (error) {
    throw readingProblem(path, error);
  }
}

async function* textOf(path: string): AsyncGenerator<string> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    const isGzip = (bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b) || path.endsWith('.gz');
    if (isGzip && bytesRead < 2)
      throw new FileProblem('TRUNCATED', path, 'the compressed file is empty; copy it again.');
    const bytes = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false });
    try {
      yield* decoded(isGzip ? gunzipped(bytes) : bytes);
    } finally {
      bytes.destroy();
    }
  } finally {
    await file.close();
  }
}

async function* gunzipped(source: Readable): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const bytes of gunzip) yield bytes as Buffer;
  } finally {
    gunzip.destroy();
  }
}

async function* decoded(source: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  for await (const bytes of source) {
    const text = decoder.write(bytes as Buffer);
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}
