/**
 * Structured logs: JSON lines with the service, the trace they belong to and no secrets. Touches standard output or
 * standard error only. Start with `logger`.
 */
export { LOGGER, type LogFields, type Logger, type LogLevel } from './lib/logger';
export { createLogger, type LoggerOptions, type LogSink } from './lib/create-logger';
export { memoryLogger, silentLogger, type LogEntry, type MemoryLogger } from './lib/memory-logger';
export { NestLogAdapter } from './lib/nest-log-adapter';
export { prettyLine } from './lib/pretty-line';
export { redact } from './lib/redact';
