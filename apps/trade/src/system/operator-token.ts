import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from '../cli/cli-error';

export interface TokenPlaces {
  readonly option: string | undefined;
  readonly env: string | undefined;
  /** Of the running system. */
  readonly endpoints: string | undefined;
  readonly cwd: string;
}

/**
 * The operator's token from the first place that is named; undefined when none is. The token itself never appears in a
 * message.
 * @throws CliError when the named file cannot be read or is empty
 */
export async function readOperatorToken({ option, env, endpoints, cwd }: TokenPlaces): Promise<string | undefined> {
  const named = [option, env, endpoints].find((place) => place !== undefined && place !== '');
  if (named === undefined) return undefined;
  const file = resolve(cwd, named);
  let token: string;
  try {
    token = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new CliError(
      `The operator's token cannot be read from ${file} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'}). ` +
        'Run this as the user who started the system, or name another file with --token-file.',
      2,
      { cause: error },
    );
  }
  if (token === '') throw new CliError(`${file} is empty; it should hold the operator's token.`, 2);
  return token;
}
