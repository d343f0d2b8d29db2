import pino from 'pino';
import { currentCorrelation, currentTraceContext } from '@trading/platform-tracing';
import type { LogFields, Logger, LogLevel } from './logger';
import { prettyLine } from './pretty-line';
import { redact } from './redact';

/** Takes finished lines, each with its line end. */
export interface LogSink {
  write(line: string): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Lines for people instead of JSON. */
  readonly pretty?: boolean;
  readonly destination: 'stderr' | 'stdout' | LogSink;
  /** Fields of every line; `service` belongs here. */
  readonly base: LogFields;
}

/**
 * A logger on pino. It writes synchronously, without pino's transports: a worker thread would lose the last lines of a
 * process that dies, and would not survive bundling.
 */
export function createLogger(options: LoggerOptions): Logger {
  const sink = sinkOf(options.destination);
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Named as OpenTelemetry has them in logs of any format.
    mixin: () => {
      const trace = currentTraceContext();
      return trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.spanId };
    },
  };
  const root = pino(settings, options.pretty === true ? { write: (line) => sink.write(prettyLine(line)) } : sink);
  return new PinoLogger(root, redact(options.base) as LogFields);
}

function sinkOf(destination: LoggerOptions['destination']): LogSink {
  if (typeof destination === 'object') {
    return destination;
  }
  return pino.destination({ dest: destination === 'stdout' ? 1 : 2, sync: true });
}

class PinoLogger implements Logger {
  private readonly target: pino.Logger;

  constructor(
    private readonly root: pino.Logger,
    private readonly bound: LogFields,
  ) {
    this.target = root.child(bound);
  }

  debug(fields: LogFields, message: string): void {
    this.write('debug', fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.write('info', fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.write('warn', fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.write('error', fields, message);
  }

  child(fields: LogFields): Logger {
    // From the root: pino would write a field that is bound twice (the service's name) twice into the line.
    return new PinoLogger(this.root, { ...this.bound, ...(redact(fields) as LogFields) });
  }

  private write(level: LogLevel, fields: LogFields, message: string): void {
    // Masking walks the fields, so it is done only for lines that are written.
    if (this.target.isLevelEnabled(level)) {
      this.target[level](this.withCorrelation(redact(fields) as LogFields), redact(message) as string);
    }
  }

  /** What the work is about, unless the line or the logger says so itself: pino would write a bound field twice. */
  private withCorrelation(fields: LogFields): LogFields {
    const { accountId, coid } = currentCorrelation() ?? {};
    return {
      ...(accountId === undefined || 'accountId' in this.bound ? {} : { accountId }),
      ...(coid === undefined || 'coid' in this.bound ? {} : { coid }),
      ...fields,
    };
  }
}
