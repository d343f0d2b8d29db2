import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { DatabaseError } from './database-errors';

/** How a connection is encrypted, where the URL does not say it. Files are read again for every connection. */
export interface DatabaseTls {
  /**
   * `require` encrypts, and with `rootCertFile` checks that it signed the server's certificate; `verify-ca` always
   * checks that; `verify-full` checks the host's name besides.
   */
  readonly mode: 'require' | 'verify-ca' | 'verify-full';
  /** PEM of the authorities that are trusted; default those of Node. */
  readonly rootCertFile?: string | undefined;
  /** PEM of the client's certificate and its key. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What the driver is told about TLS. */
export type Encryption = Pick<ConnectionOptions, 'rejectUnauthorized' | 'checkServerIdentity' | 'ca' | 'cert' | 'key'>;

/** A database URL, understood. */
export interface ConnectionTarget {
  /** Without what says how to encrypt. */
  readonly url: string;
  /** For the driver; false is plaintext. */
  readonly ssl: Encryption | false;
  /** To keep out of messages. */
  readonly password: string;
}

const SSL_PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const;

/**
 * Understands `postgresql://user:password@host:port/name?sslmode=verify-full&sslrootcert=FILE&sslcert=FILE&sslkey=FILE`,
 * with the meaning that PostgreSQL's own programs give these words (manual, 32.19 SSL Support). What the URL says comes
 * before `tls`. Without either, connections are plaintext; `prefer` and `allow`, which an attacker in between turns
 * into plaintext, are refused.
 *
 * @throws {DatabaseError} naming what is wrong, never the URL
 */
export function connectionTarget(url: string, tls?: DatabaseTls): ConnectionTarget {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw refusal('The database URL is not of the form postgresql://user:password@host:port/name.');
  }
  const parsed = new URL(url);
  const said = Object.fromEntries(SSL_PARAMETERS.map((name) => [name, parsed.searchParams.get(name) ?? undefined]));
  for (const name of SSL_PARAMETERS) parsed.searchParams.delete(name);
  const mode = said['sslmode'] ?? tls?.mode ?? (said['sslrootcert'] === undefined ? 'disable' : 'verify-ca');
  return {
    url: parsed.href,
    password: decodeURIComponent(parsed.password),
    ssl: encryption(mode, {
      ca: said['sslrootcert'] ?? tls?.rootCertFile,
      cert: said['sslcert'] ?? tls?.certFile,
      key: said['sslkey'] ?? tls?.keyFile,
    }),
  };
}

type Files = Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>;

function encryption(mode: string, files: Files): Encryption | false {
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return options(files, files.ca !== undefined, false);
    case 'verify-ca':
      return options(files, true, false);
    case 'verify-full':
      return options(files, true, true);
    default:
      throw refusal(`sslmode is "${mode}"; expected disable, require, verify-ca or verify-full.`);
  }
}

/** The driver asks for each file when it connects: a certificate that was replaced counts from the next connection on. */
function options(files: Files, checksAuthority: boolean, checksName: boolean): Encryption {
  if ((files.cert === undefined) !== (files.key === undefined))
    throw refusal('A client certificate needs both sslcert and sslkey.');
  const made: Encryption = { rejectUnauthorized: checksAuthority };
  if (!checksName) made.checkServerIdentity = () => undefined;
  for (const name of ['ca', 'cert', 'key'] as const) {
    const file = files[name];
    if (file === undefined || (name === 'ca' && file === 'system')) continue;
    read(file);
    Object.defineProperty(made, name, { get: () => read(file), enumerable: true, configurable: true });
  }
  return made;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw refusal(
      `The certificate file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`,
    );
  }
}

const refusal = (message: string): DatabaseError => new DatabaseError(message, undefined, undefined);
