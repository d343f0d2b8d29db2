import { ObjectStoreError } from './errors';

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
// The longest name that common file systems take, and what S3 takes for a whole key.
const LONGEST_SEGMENT = 200;
const LONGEST_KEY = 1024;

/**
 * The segments of a key. None can be empty or begin with a dot, so that a key never leads out of the store and never
 * meets an adapter's temporary files.
 * @throws ObjectStoreError `INVALID_KEY`
 */
export function segmentsOf(key: string): string[] {
  const segments = key.split('/');
  const fits = key.length <= LONGEST_KEY && segments.every((segment) => segment.length <= LONGEST_SEGMENT);
  if (!fits || !segments.every((segment) => SEGMENT.test(segment))) {
    throw new ObjectStoreError(
      'INVALID_KEY',
      `${JSON.stringify(key)} is not a key: it must be segments of letters, digits, dots, dashes and underscores, none beginning with a dot, joined by single slashes.`,
    );
  }
  return segments;
}

/** Whether {@link segmentsOf} takes the key. */
export function isKey(key: string): boolean {
  try {
    segmentsOf(key);
    return true;
  } catch {
    return false;
  }
}
