export type FileProblemCode = 'MISSING' | 'UNREADABLE' | 'TRUNCATED' | 'UNWRITABLE';

/** A file that cannot be used; the message is one sentence for its owner. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';

  constructor(
    readonly code: FileProblemCode,
    readonly path: string,
    sentence: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${sentence}`, options);
  }
}

/** What a failed read says about the file. */
export function readingProblem(path: string, cause: unknown): FileProblem {
  if (cause instanceof FileProblem) return cause;
  const code = errorCodeOf(cause);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileProblem('MISSING', path, 'there is no such file.', { cause });
    case 'Z_BUF_ERROR':
      return new FileProblem('TRUNCATED', path, 'the compressed file ends too early; copy it again.', { cause });
    case 'Z_DATA_ERROR':
      return new FileProblem('UNREADABLE', path, 'the file is damaged or not compressed with gzip.', { cause });
    case 'EISDIR':
      return new FileProblem('UNREADABLE', path, 'this is a folder, not a file.', { cause });
    case 'EACCES':
    case 'EPERM':
      return new FileProblem('UNREADABLE', path, 'there is no permission to read it.', { cause });
    default:
      return new FileProblem('UNREADABLE', path, `it cannot be read (${code}).`, { cause });
  }
}

/** Node's code of an error such as `ENOENT`, else its name. */
export function errorCodeOf(error: unknown): string {
  // Not `instanceof Error`: an error of Node itself may come from another realm.
  const { code, name } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'unknown error';
}
