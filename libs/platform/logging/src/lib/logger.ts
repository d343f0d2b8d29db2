export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What is known about the event. Errors are best given as `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line per event. Fields named like secrets are masked. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

/** Injection token of the service's {@link Logger}. */
export const LOGGER = Symbol('LOGGER');
