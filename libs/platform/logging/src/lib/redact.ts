import { types } from 'node:util';

const SECRET_NAME = /token|password|passwd|secret|authorization|credential|cookie/i;
const SECRET_KEY_NAME = /^(?:key|.*[_-]key|.*[a-z0-9]Key)$/;
const PASSWORD_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(@)/gi;
const MASK = '[redacted]';
const MAX_DEPTH = 6;

/** A copy of `value` fit for a log: secrets masked by name and in URLs, errors as plain fields, depth bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    return value.includes('://') ? value.replace(PASSWORD_IN_URL, `$1${MASK}$2`) : value;
  }
  if (typeof value === 'bigint') {
    return value.toString();
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth >= MAX_DEPTH) {
    return '[deeper]';
  }
  if (Array.isArray(value)) {
    return value.map((item) => redact(item, depth + 1));
  }
  if (value instanceof Error || types.isNativeError(value)) {
    return redactError(value, depth);
  }
  if (ArrayBuffer.isView(value)) {
    return `[${value.byteLength} bytes]`;
  }
  // Dates, decimals and the like know their own plain form.
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return redact((value.toJSON as () => unknown)(), depth + 1);
  }
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, field]) => [String(name), isSecret(String(name)) ? MASK : redact(field, depth + 1)]),
  );
}

function isSecret(name: string): boolean {
  return SECRET_NAME.test(name) || SECRET_KEY_NAME.test(name);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    // Its own fields (a code, the symbol) say more than the message; they may hold secrets as well.
    ...(redact(Object.fromEntries(Object.entries(error)), depth + 1) as Record<string, unknown>),
    type: error.name,
    message: redact(error.message),
    stack: redact(error.stack),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
