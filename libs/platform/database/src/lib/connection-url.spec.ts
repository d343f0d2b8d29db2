import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionTarget } from './connection-url';

const URL_OF = (query: string): string => `postgresql://me:secret-word@host:5432/name${query}`;

describe('a database URL', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trading-url-'));
    file = join(folder, 'ca.pem');
    writeFileSync(file, 'first');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is plaintext when nothing is said', () => {
    expect(connectionTarget(URL_OF(''))).toEqual({ url: URL_OF(''), ssl: false, password: 'secret-word' });
  });

  it('leaves to the driver what does not say how to encrypt', () => {
    expect(connectionTarget(URL_OF('?sslmode=require&application_name=x')).url).toBe(URL_OF('?application_name=x'));
  });

  it.each([
    ['sslmode=require', false, false],
    ['sslmode=require&sslrootcert=FILE', true, false],
    ['sslrootcert=FILE', true, false],
    ['sslmode=verify-ca&sslrootcert=FILE', true, false],
    ['sslmode=verify-full&sslrootcert=FILE', true, true],
  ])('checks with %s: the authority %s, the name %s', (query, authority, name) => {
    const { ssl } = connectionTarget(URL_OF(`?${query.replace('FILE', file)}`));
    expect(ssl).toMatchObject({ rejectUnauthorized: authority });
    expect(ssl !== false && ssl.checkServerIdentity === undefined).toBe(name);
  });

  it('comes before the options', () => {
    expect(connectionTarget(URL_OF('?sslmode=disable'), { mode: 'verify-full' }).ssl).toBe(false);
    expect(connectionTarget(URL_OF(''), { mode: 'verify-full' }).ssl).toEqual({ rejectUnauthorized: true });
  });

  it('reads a certificate again for every connection', () => {
    const { ssl } = connectionTarget(URL_OF(''), { mode: 'verify-ca', rootCertFile: file });
    const ca = (): string => (ssl === false ? '' : String(ssl.ca));
    expect(ca()).toBe('first');
    writeFileSync(file, 'second');
    expect(ca()).toBe('second');
  });

  it.each([
    ['?sslmode=prefer', 'sslmode is "prefer"'],
    ['?sslmode=verify-full&sslrootcert=/nowhere/ca.pem', '/nowhere/ca.pem cannot be read: ENOENT'],
    ['?sslmode=require&sslcert=/nowhere/me.pem', 'needs both sslcert and sslkey'],
  ])('is refused with %s, and the password not shown', (query, said) => {
    const read = (): unknown => connectionTarget(URL_OF(query));
    expect(read).toThrow(said);
    expect(read).not.toThrow('secret-word');
  });
});
