import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, UsageError } from '../cli/cli-error';
import type { Command, CommandContext } from '../cli/command';
import { migrateDatabase } from '../migrate/migrate-database';
import { migrateWords } from '../migrate/migrate-words';

const LEAST_KEEP_DAYS = 30;

export const migrateCommand: Command = {
  name: 'migrate',
  usage: '[--plan] [--write-credentials FILE]',
  summary: "Bring a PostgreSQL up to date, and make the services' roles in it",
  about: [
    'Connects as the owner: a role that may make schemas, and roles where these are asked for. Safe to repeat, and from',
    'several places at once. The URL is better in DATABASE_URL or a file than on the command line, where others see it.',
    'Each role can read and write the rows of its own schema and nothing else; a service started with its URL checks',
    'that the schema is up to date and changes nothing of it. The URLs are written as one JSON object by schema.',
  ].join('\n'),
  options: {
    'database-url': { type: 'string', value: 'URL', about: "The owner's database URL (else DATABASE_URL)" },
    'database-url-file': { type: 'string', value: 'FILE', about: 'File that holds it' },
    plan: { type: 'boolean', about: 'Say what is to be done and change nothing' },
    'write-credentials': {
      type: 'string',
      value: 'FILE',
      about: 'Make a role per service; keep their URLs here, with the passwords that it holds already',
    },
    'role-prefix': { type: 'string', value: 'PREFIX', about: "Begins the roles' names (default trading_)" },
    'keep-days': {
      type: 'string',
      value: 'N',
      about: `Days to keep stored events and decisions without orders, at least ${LEAST_KEEP_DAYS} (at first 400)`,
    },
  },
  maxPositionals: 0,
  run: async (context) => {
    const { console, cwd, options } = context;
    const file = options.text('write-credentials');
    const wishes = {
      url: databaseUrl(context),
      plan: options.flag('plan'),
      credentialsFile: file === undefined ? undefined : resolve(cwd, file),
      rolePrefix: rolePrefix(options.text('role-prefix')),
      keepDays: keepDays(options.text('keep-days')),
    };
    try {
      const report = await migrateDatabase(wishes);
      console.out(options.flag('json') ? JSON.stringify(report) : migrateWords(report));
      return 0;
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      throw new CliError(`The database could not be brought up to date. ${error.message}`, 1, { cause: error });
    }
  },
};

function databaseUrl({ options, env, cwd }: CommandContext): string {
  const file = options.text('database-url-file');
  const url =
    options.text('database-url') ?? (file === undefined ? env['DATABASE_URL'] : contentOf(resolve(cwd, file)));
  if (url === undefined || url === '')
    throw new UsageError('Name the database with DATABASE_URL, --database-url-file FILE or --database-url URL.');
  return url;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--database-url-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function rolePrefix(text = 'trading_'): string {
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(text))
    throw new UsageError('--role-prefix: expected lower-case letters, digits and _.');
  return text;
}

function keepDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < LEAST_KEEP_DAYS)
    throw new UsageError(`--keep-days: expected a whole number of at least ${LEAST_KEEP_DAYS}.`);
  return days;
}

/** By its shape: the library that throws it is loaded only when it is needed. */
function isDatabaseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'sqlState' in error;
}
