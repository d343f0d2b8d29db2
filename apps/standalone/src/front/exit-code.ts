import { FileProblem } from '@trading/platform-files';
import { DataFileError } from '@trading/trading-market';
import { UsageError } from './usage-error';

/** Of errors of several rooms: what was asked for belongs to another program. */
const TAKEN = new Set<unknown>(['PORT_IN_USE', 'DATA_FOLDER_BUSY']);

/** 2 usage or configuration, 3 data; undefined for what is neither of the user's doing. */
export function exitCodeOf(error: unknown): 2 | 3 | undefined {
  if (error instanceof UsageError) return 2;
  if (error instanceof DataFileError) return 3;
  // What cannot be written is a folder that was chosen, not data that was given.
  if (error instanceof FileProblem) return error.code === 'UNWRITABLE' ? 2 : 3;
  if (error instanceof Error && 'code' in error && TAKEN.has(error.code)) return 2;
  return undefined;
}
