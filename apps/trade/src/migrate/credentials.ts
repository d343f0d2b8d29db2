import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { CliError } from '../cli/cli-error';

/** Database URLs of the services' roles, by schema. */
export type Credentials = Readonly<Record<string, string>>;

/**
 * The URL of each schema's role: that of the owner with the role's name and password. A password that the file holds
 * stays; the others are made.
 */
export function credentialsFor(
  ownerUrl: string,
  schemas: readonly string[],
  prefix: string,
  file: string,
): Credentials {
  const kept = existsSync(file) ? read(file) : {};
  return Object.fromEntries(
    schemas.map((schema) => {
      const url = new URL(ownerUrl);
      url.username = `${prefix}${schema}`;
      url.password = passwordIn(kept[schema]) ?? randomBytes(24).toString('base64url');
      return [schema, url.href];
    }),
  );
}

export const passwordOf = (credentials: Credentials, schema: string): string => passwordIn(credentials[schema]) ?? '';

/** Only its owner reads it, also while it is being written. */
export function writeCredentials(file: string, credentials: Credentials): void {
  const partial = `${file}.partial-${process.pid}`;
  try {
    writeFileSync(partial, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
    chmodSync(partial, 0o600);
    renameSync(partial, file);
  } catch (error) {
    throw new CliError(`The credentials cannot be written to ${file}: ${codeOf(error)}.`, 2);
  }
}

function read(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new CliError(`${file} is there and holds no credentials (${codeOf(error)}); move it away first.`, 2);
  }
}

function passwordIn(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { password } = new URL(url);
  return password === '' ? undefined : decodeURIComponent(password);
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'no JSON';
