export type ObjectStoreFailure =
  | 'INVALID_KEY'
  /** The place where objects are kept does not exist or is not what it should be. */
  | 'STORE_MISSING'
  | 'NOT_READABLE'
  | 'NOT_WRITABLE'
  | 'NO_SPACE'
  /** `ifAbsent` was asked and the key is taken. */
  | 'OBJECT_EXISTS'
  | 'IO_ERROR';

/** An object could not be read or stored; the message says what to do where that is known. */
export class ObjectStoreError extends Error {
  constructor(
    readonly code: ObjectStoreFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ObjectStoreError';
  }
}

/** Says what a failed call of the file system means for the store. */
export function explainFileError(error: unknown, action: 'read' | 'write', path: string): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  switch (errorCodeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return action === 'write'
        ? new ObjectStoreError('NOT_WRITABLE', `${path} cannot be written: give this user the right to write there.`, {
            cause: error,
          })
        : new ObjectStoreError('NOT_READABLE', `${path} cannot be read: give this user the right to read it.`, {
            cause: error,
          });
    case 'ENOSPC':
    case 'EDQUOT':
      return new ObjectStoreError('NO_SPACE', `${path} cannot be written: the disk or the quota is full.`, {
        cause: error,
      });
    default: {
      const reason = String(error).replace(/^Error: /, '');
      return new ObjectStoreError('IO_ERROR', `Could not ${action} ${path}: ${reason}`, { cause: error });
    }
  }
}

/** The system's name of a failed call, such as `ENOENT`; empty for other errors. Told by shape: realms differ in tests. */
export function errorCodeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
