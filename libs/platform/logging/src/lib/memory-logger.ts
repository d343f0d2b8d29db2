import type { LogFields, Logger, LogLevel } from './logger';
import { redact } from './redact';

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export interface MemoryLogger extends Logger {
  readonly entries: LogEntry[];
}

/** Keeps what was logged, for tests; children write into the same list. */
export function memoryLogger(entries: LogEntry[] = [], base: LogFields = {}): MemoryLogger {
  const write =
    (level: LogLevel) =>
    (fields: LogFields, message: string): void => {
      entries.push({ level, message, fields: redact({ ...base, ...fields }) as LogFields });
    };
  return {
    entries,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => memoryLogger(entries, { ...base, ...fields }),
  };
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
