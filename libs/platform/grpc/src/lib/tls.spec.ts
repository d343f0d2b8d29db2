import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { firstValueFrom, interval, lastValueFrom, map, take, toArray } from 'rxjs';
import { memoryLogger, silentLogger } from '@trading/platform-logging';
import { atEnd, closeAll, connect, failureOf, serve } from './calls-fixture';
import { CertificateFiles, CertificatesUnusable, type GrpcSecurity } from './certificate-files';
import { type CertificatePaths, hasOpenssl, replaceFile, TestAuthority } from './certificates-fixture';
import type { GrpcClientOptions } from './grpc-client';

const ask = { text: 'x' };
const handlers = {
  say: (request: unknown) => request,
  repeat: () => interval(1).pipe(map((count) => ({ text: String(count) }))),
};

// Without openssl there is nothing to make certificates with.
(hasOpenssl ? describe : describe.skip)('TLS', () => {
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let server: CertificatePaths;
  let client: CertificatePaths;
  beforeAll(() => {
    authority = new TestAuthority('house');
    stranger = new TestAuthority('stranger');
    server = authority.issue('server');
    client = authority.issue('client');
  });
  afterAll(() => {
    for (const { folder } of [authority, stranger]) rmSync(folder, { recursive: true });
  });
  afterEach(closeAll);

  const open = (security: GrpcSecurity, logger = silentLogger): CertificateFiles => {
    const files = new CertificateFiles(security, { logger, checkEveryMs: 60_000 });
    atEnd(() => files.close());
    return files;
  };
  const listen = async (security: GrpcSecurity): Promise<number> =>
    (await serve(handlers, { certificates: open(security) })).port;
  const dial = (port: number, security: GrpcSecurity, options: Partial<GrpcClientOptions> = {}) =>
    connect(port, { certificates: open(security), ...options });

  it('carries calls between a server and a client of the same authority', async () => {
    const port = await listen(server);
    expect(await dial(port, { caFile: authority.caFile }).say(ask)).toEqual(ask);
  });

  it('carries calls of a client that shows its certificate where one is required', async () => {
    const port = await listen({ ...server, caFile: authority.caFile, requireClientCertificate: true });
    expect(await dial(port, { ...client, caFile: authority.caFile }).say(ask)).toEqual(ask);
  });

  it("refuses a client without a certificate, or with a stranger's, where one is required", async () => {
    const port = await listen({ ...server, caFile: authority.caFile, requireClientCertificate: true });
    for (const shown of [{}, stranger.issue('client')]) {
      const failure = await failureOf(dial(port, { ...shown, caFile: authority.caFile }).say(ask));
      expect(failure.status).toBe('UNAVAILABLE');
    }
  });

  it('refuses a client whose certificate has ended', async () => {
    const port = await listen({ ...server, caFile: authority.caFile, requireClientCertificate: true });
    const ended = authority.issue('client', 'ended');
    const failure = await failureOf(dial(port, { ...ended, caFile: authority.caFile }).say(ask));
    expect(failure.status).toBe('UNAVAILABLE');
  });

  it.each([
    [
      'of an authority that the client does not know',
      () => stranger.issue('server'),
      /self.signed|unable to (?:verify|get)/,
    ],
    ['that has ended', () => authority.issue('server', 'ended'), /expired/],
  ])('refuses a server with a certificate %s', async (_what, issue, reason) => {
    const failure = await failureOf(dial(await listen(issue()), { caFile: authority.caFile }).say(ask));
    expect(failure.status).toBe('UNAVAILABLE');
    expect(failure.message).toMatch(reason);
  });

  it('refuses a server of another name, unless told which to expect', async () => {
    const port = await listen(server);
    const security = { caFile: authority.caFile };
    const failure = await failureOf(dial(port, security, { serverName: 'execution' }).say(ask));
    expect(failure.message).toMatch(/execution/);
    expect(await dial(port, security, { serverName: 'localhost' }).say(ask)).toEqual(ask);
  });

  it('is not spoken with a client in plaintext', async () => {
    const port = await listen(server);
    expect((await failureOf(connect(port, { deadlineMs: 2_000 }).say(ask))).status).toMatch(
      /UNAVAILABLE|DEADLINE_EXCEEDED|INTERNAL/,
    );
  });

  /** The subject of the certificate that a new connection is shown. */
  const shownBy = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('takes up the new certificate of a server for new connections, and fails no call that is under way', async () => {
    const files = authority.issue('old');
    const certificates = open(files);
    const { port } = await serve(handlers, { certificates });
    const peer = dial(port, { caFile: authority.caFile });
    const texts = lastValueFrom(peer.repeat(ask).pipe(take(200), toArray()));
    await firstValueFrom(peer.repeat(ask));
    expect(await shownBy(port)).toBe('old');
    const fresh = authority.issue('new');
    replaceFile(fresh.certFile, files.certFile);
    replaceFile(fresh.keyFile, files.keyFile);
    await certificates.check();
    expect(await shownBy(port)).toBe('new');
    expect(await texts).toHaveLength(200);
    expect(await peer.say(ask)).toEqual(ask);
    expect(await dial(port, { caFile: authority.caFile }).say(ask)).toEqual(ask);
  });

  it('takes up the new certificate of a client, and new authorities, without a new client', async () => {
    const mutual = { ...server, caFile: authority.caFile, requireClientCertificate: true };
    const port = await listen(mutual);
    const files = stranger.issue('client');
    const caFile = join(stranger.folder, 'trusted.pem');
    replaceFile(stranger.caFile, caFile);
    const certificates = open({ ...files, caFile });
    const peer = connect(port, { certificates, waitForReady: true });
    const waiting = peer.say(ask);
    expect((await failureOf(connect(port, { certificates }).say(ask))).status).toBe('UNAVAILABLE');
    replaceFile(client.certFile, files.certFile);
    replaceFile(client.keyFile, files.keyFile);
    replaceFile(authority.caFile, caFile);
    await certificates.check();
    expect(await waiting).toEqual(ask);
  });

  it('goes on with what it has while the files do not belong together', async () => {
    const files = authority.issue('old');
    const logger = memoryLogger();
    const certificates = open(files, logger);
    const { port } = await serve(handlers, { certificates });
    const fresh = authority.issue('new');
    replaceFile(fresh.certFile, files.certFile);
    await certificates.check();
    await certificates.check();
    expect(await shownBy(port)).toBe('old');
    expect(logger.entries.filter(({ level }) => level === 'warn')).toHaveLength(2);
    replaceFile(fresh.keyFile, files.keyFile);
    await certificates.check();
    expect(await shownBy(port)).toBe('new');
  });

  it('looks at its files by itself', async () => {
    const files = authority.issue('old');
    const certificates = new CertificateFiles(files, { logger: silentLogger, checkEveryMs: 5 });
    atEnd(() => certificates.close());
    const changed = new Promise<void>((resolve) => certificates.onChange(() => resolve()));
    const fresh = authority.issue('new');
    replaceFile(fresh.certFile, files.certFile);
    replaceFile(fresh.keyFile, files.keyFile);
    await changed;
  });

  it('warns of a certificate that ends soon, and says when', () => {
    const logger = memoryLogger();
    const files = open(server, logger);
    expect(logger.entries).toMatchObject([
      { level: 'warn', fields: { notAfter: new Date(files.current.notAfterUs! / 1000).toISOString() } },
    ]);
  });

  it('refuses files that do not make it', async () => {
    const other = authority.issue('other');
    const nothing = join(authority.folder, 'nothing.pem');
    writeFileSync(nothing, 'nothing');
    for (const security of [
      { certFile: server.certFile },
      { certFile: server.certFile, keyFile: other.keyFile },
      { certFile: server.certFile, keyFile: '/no/such/file' },
      { caFile: nothing },
      { ...server, requireClientCertificate: true },
    ]) {
      expect(() => open(security)).toThrow(CertificatesUnusable);
    }
    await expect(listen({ caFile: authority.caFile })).rejects.toMatchObject({ code: 'CERTIFICATES_UNUSABLE' });
  });
});
