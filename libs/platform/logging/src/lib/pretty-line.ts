const HIDDEN = new Set(['level', 'time', 'service', 'message', 'error', 'trace_id', 'span_id']);

/** A JSON line as a line for people: time, level, service, message, fields. */
export function prettyLine(json: string): string {
  const line = JSON.parse(json) as Record<string, unknown>;
  const text = (name: string): string => (typeof line[name] === 'string' ? line[name] : '');
  const fields = Object.entries(line)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const head = `${text('time').slice(11, 23)} ${text('level').toUpperCase().padEnd(5)} ${text('service')}`;
  return `${head.trimEnd()}  ${text('message')}${fields}${errorOf(line['error'])}\n`;
}

function errorOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) {
    return error === undefined ? '' : ` error=${JSON.stringify(error)}`;
  }
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  const text = [stack, message].find((part) => typeof part === 'string') ?? JSON.stringify(error);
  return `\n  ${text.replaceAll('\n', '\n  ')}`;
}
