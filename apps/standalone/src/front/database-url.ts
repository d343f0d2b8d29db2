import { UsageError } from './usage-error';

/**
 * The PostgreSQL to use instead of the embedded one, from DATABASE_URL; undefined when it is not set. The message never
 * holds the value, which has a password in it.
 * @throws UsageError
 */
export function databaseUrlOf(env: NodeJS.ProcessEnv): string | undefined {
  const url = env['DATABASE_URL'];
  if (url === undefined || url === '') return undefined;
  if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError(
    'DATABASE_URL: expected postgresql://user:password@host:port/name. Without it, a PostgreSQL of our own is started.',
  );
}
