import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutSecrets } from './places';
import { checkPointers, pointedTo } from './pointed-to';

describe('servers of the user', () => {
  it('are named by variables, or by files that variables name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trade-pointed-'));
    const file = join(folder, 'url');
    writeFileSync(file, 'postgresql://u:hunter2@h:1/d\n');
    expect(pointedTo('DATABASE_URL', { DATABASE_URL_FILE: file })).toBe('postgresql://u:hunter2@h:1/d');
    expect(pointedTo('DATABASE_URL', { DATABASE_URL: '' })).toBeUndefined();
    rmSync(folder, { recursive: true });
    expect(() => pointedTo('DATABASE_URL', { DATABASE_URL_FILE: file })).toThrow(/DATABASE_URL_FILE/);
  });

  it.each([
    [{ KAFKA_BROKERS: 'kafka://h:9092' }, /KAFKA_BROKERS/],
    [{ DATABASE_URL: 'mysql://u:hunter2@h/d' }, /DATABASE_URL/],
    [{ REDIS_URL: 'h:6379' }, /REDIS_URL/],
    [{ INFLUX_URL: 'http://h:8086' }, /INFLUX_TOKEN/],
  ])('are refused when they cannot be meant: %j', (env, message) => {
    expect(() => checkPointers(env)).toThrow(message);
    expect(() => checkPointers(env)).not.toThrow(/hunter2/);
  });

  it('are shown without their secrets', () => {
    checkPointers({ KAFKA_BROKERS: 'a:1,b:2', INFLUX_URL: 'http://h:8086', INFLUX_TOKEN: 't' });
    expect(withoutSecrets('postgresql://u:hunter2@h:5432/d?password=x')).toBe('postgresql://h:5432/d');
    expect(withoutSecrets('hunter2')).toBe('as it was given');
  });
});
