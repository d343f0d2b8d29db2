import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readingProblem } from './file-problem';

/**
 * SHA-256 of a file's bytes as they are on disk, in hexadecimal.
 * @throws FileProblem MISSING, UNREADABLE
 */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  } catch (error) {
    throw readingProblem(path, error);
  }
  return hash.digest('hex');
}
