import { readFileSync } from 'node:fs';
import { UsageError } from '../front/usage-error';

/** Variables that point to servers of the user's own. */
export type Pointer = 'KAFKA_BROKERS' | 'DATABASE_URL' | 'REDIS_URL' | 'INFLUX_URL' | 'INFLUX_TOKEN' | 'INFLUX_ORG';

/**
 * The value of such a variable, also from the file that `<NAME>_FILE` names, as the services read it; undefined when it
 * is not set.
 * @throws UsageError when that file cannot be read
 */
export function pointedTo(name: Pointer, env: NodeJS.ProcessEnv): string | undefined {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new UsageError(`The file that ${name}_FILE names cannot be read.`, { cause });
  }
}

/**
 * Checks what can be known of the variables before anything is started. The messages never hold a value.
 * @throws UsageError
 */
export function checkPointers(env: NodeJS.ProcessEnv): void {
  const mustBe = (name: Pointer, pattern: RegExp, expected: string): void => {
    const value = pointedTo(name, env);
    if (value !== undefined && !pattern.test(value)) {
      throw new UsageError(`${name}: expected ${expected}. Without it, a server of our own is started.`);
    }
  };
  mustBe('KAFKA_BROKERS', /^[^\s,:/]+:\d+(,[^\s,:/]+:\d+)*$/, 'host:port,host:port,…');
  mustBe('DATABASE_URL', /^postgres(ql)?:\/\/\S+$/, 'postgresql://user:password@host:port/name');
  mustBe('REDIS_URL', /^rediss?:\/\/\S+$/, 'redis://user:password@host:port');
  mustBe('INFLUX_URL', /^https?:\/\/\S+$/, 'http://host:port');
  if (pointedTo('INFLUX_URL', env) !== undefined && pointedTo('INFLUX_TOKEN', env) === undefined) {
    throw new UsageError('INFLUX_URL is set and INFLUX_TOKEN is not: InfluxDB lets nobody in without a token.');
  }
}
