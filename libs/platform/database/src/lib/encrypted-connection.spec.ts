import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/embedded-postgres';
import { placesOf } from './embedded/places';
import { openDatabase, type DatabaseOptions } from './open-database';

describe('an encrypted connection', () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  const opened: { close(): Promise<void> }[] = [];
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = (file: string): string[] => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    file,
  ];

  function authority(name: string): void {
    openssl('req', '-x509', ...newKey(`${name}-key.pem`), '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`);
  }
  function issue(by: string, name: string, commonName: string, subject: string): void {
    openssl('req', '-new', ...newKey(`${name}-key.pem`), '-out', `${name}.csr`, '-subj', `/CN=${commonName}`);
    writeFileSync(at(`${name}.cnf`), `subjectAltName=${subject}\n`);
    const signed = ['-CA', `${by}.pem`, '-CAkey', `${by}-key.pem`, '-CAcreateserial', '-days', '1'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-extfile', `${name}.cnf`, '-out', `${name}.pem`);
  }

  /** Puts files into the server's data folder, readable for its user alone, and settings that name them. */
  async function configure(files: Record<string, string>, settings: Record<string, string>): Promise<void> {
    const { user } = placesOf(at('data'));
    for (const [name, source] of Object.entries(files)) {
      const target = join(postgres.dataFolder, name);
      rmSync(target, { force: true });
      writeFileSync(target, readFileSync(source), { mode: 0o600 });
      if (user !== undefined) chownSync(target, user.uid, user.gid);
    }
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    for (const [name, value] of Object.entries(settings)) await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await client.query('SELECT pg_reload_conf()');
    await client.end();
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trading-tls-'));
    authority('ours');
    authority('theirs');
    issue('ours', 'server', '127.0.0.1', 'IP:127.0.0.1');
    issue('ours', 'elsewhere', 'elsewhere', 'DNS:elsewhere.example');
    issue('ours', 'client', 'trading', 'DNS:client');
    issue('theirs', 'stranger', 'trading', 'DNS:client');
    postgres = await startEmbeddedPostgres({ folder: at('data'), durable: false });
    await serve('server');
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  afterAll(async () => {
    await postgres.stop();
    await removeEmbeddedPostgres(at('data'));
    rmSync(folder, { recursive: true, force: true });
  });

  /** New connections get the certificate once the server has read its settings again. */
  async function serve(certificate: string): Promise<void> {
    await configure(
      {
        'server.crt': at(`${certificate}.pem`),
        'server.key': at(`${certificate}-key.pem`),
        'root.crt': at('ours.pem'),
      },
      { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key', ssl_ca_file: 'root.crt' },
    );
    const wanted = certificate === 'server';
    for (const until = Date.now() + 10_000; ;) {
      const isServed = await isEncrypted('sslmode=verify-full&sslrootcert=ours.pem').catch(() => false);
      const isThere = await isEncrypted('sslmode=require').catch(() => false);
      if (isThere && isServed === wanted) return;
      if (Date.now() > until) throw new Error('The server does not take its certificate.');
    }
  }

  async function isEncrypted(query: string, options: Partial<DatabaseOptions> = {}): Promise<boolean> {
    const url = `${postgres.url}?${query.replaceAll(/=(\w+(-key)?\.pem)/g, (_, name: string) => `=${at(name)}`)}`;
    const database = await openDatabase({ url, schema: 'tls', migrations: [], ...options });
    opened.push(database);
    const [row] = await database.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row!.ssl;
  }

  it('is made when it is asked for, and not otherwise', async () => {
    expect(await isEncrypted('sslmode=require')).toBe(true);
    expect(await isEncrypted('sslmode=disable')).toBe(false);
    expect(await isEncrypted('sslmode=verify-full&sslrootcert=ours.pem')).toBe(true);
    const tls = { mode: 'verify-full', rootCertFile: at('ours.pem') } as const;
    expect(await isEncrypted('', { tls })).toBe(true);
  });

  it.each(['verify-full', 'verify-ca', 'require'])('is refused with %s when another authority signed', async (mode) => {
    await expect(isEncrypted(`sslmode=${mode}&sslrootcert=theirs.pem`)).rejects.toMatchObject({ code: 'DATABASE' });
  });

  it('is refused when nobody vouches for the server', async () => {
    await expect(isEncrypted('sslmode=verify-full')).rejects.toMatchObject({ code: 'DATABASE' });
  });

  it('is refused with verify-full, and only then, when the certificate names another host', async () => {
    await serve('elsewhere');
    try {
      expect(await isEncrypted('sslmode=verify-ca&sslrootcert=ours.pem')).toBe(true);
      await expect(isEncrypted('sslmode=verify-full&sslrootcert=ours.pem')).rejects.toMatchObject({ code: 'DATABASE' });
    } finally {
      await serve('server');
    }
  });

  it('shows a client certificate, which the server checks', async () => {
    const rules = join(postgres.dataFolder, 'pg_hba.conf');
    const before = readFileSync(rules, 'utf8');
    writeFileSync(rules, `hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-full\n${before}`);
    await configure({}, {});
    const base = 'sslmode=verify-full&sslrootcert=ours.pem';
    try {
      for (const until = Date.now() + 10_000; Date.now() < until;) {
        if (!(await isEncrypted(base).catch(() => false))) break;
      }
      await expect(isEncrypted(base)).rejects.toThrow('client certificate');
      expect(await isEncrypted(`${base}&sslcert=client.pem&sslkey=client-key.pem`)).toBe(true);
      const stranger = isEncrypted(`${base}&sslcert=stranger.pem&sslkey=stranger-key.pem`);
      await expect(stranger).rejects.toBeInstanceOf(Error);
      // Rotated on disk: the next connection shows the new one.
      copyFileSync(at('stranger.pem'), at('mine.pem'));
      copyFileSync(at('stranger-key.pem'), at('mine-key.pem'));
      await expect(isEncrypted(`${base}&sslcert=mine.pem&sslkey=mine-key.pem`)).rejects.toBeInstanceOf(Error);
      copyFileSync(at('client.pem'), at('mine.pem'));
      copyFileSync(at('client-key.pem'), at('mine-key.pem'));
      expect(await isEncrypted(`${base}&sslcert=mine.pem&sslkey=mine-key.pem`)).toBe(true);
    } finally {
      writeFileSync(rules, before);
      const client = new Client({
        connectionString: postgres.url,
        ssl: {
          ca: readFileSync(at('ours.pem')),
          cert: readFileSync(at('client.pem')),
          key: readFileSync(at('client-key.pem')),
        },
      });
      await client.connect();
      await client.query('SELECT pg_reload_conf()');
      await client.end();
    }
  });
});
