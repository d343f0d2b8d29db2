import { inspect, types } from 'node:util';

/**
 * One paragraph on why a process did not start, for a terminal: what happened, without a stack. Errors that we know
 * say in their message what to do.
 */
export function explainFailure(name: string, error: unknown): string {
  return `${name} did not start. ${reasonOf(error)}\n`;
}

function reasonOf(error: unknown): string {
  if (!isError(error)) {
    return inspect(error);
  }
  // A driver's AggregateError (one failure for each address tried) has no message of its own.
  const message = [
    error.message,
    ...('errors' in error && Array.isArray(error.errors) ? error.errors.map(reasonOf) : []),
  ];
  const said = [...new Set(message.filter((part) => part !== ''))].join(' ');
  return said === '' ? error.name : said;
}

function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}
