import { readFileSync } from 'node:fs';

/** The last lines of a log. */
export function tail(file, lines) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return `(there is no ${file})`;
  }
}
