import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { common, execution, risk } from '@trading/contracts';
import {
  CertificateFiles,
  closeGrpcClient,
  createGrpcClient,
  RpcError,
  type DefinitionFor,
  type GrpcSecurity,
} from '@trading/platform-grpc';
import { silentLogger } from '@trading/platform-logging';
import {
  hasOpenssl,
  replaceFile,
  TestAuthority,
  type CertificatePaths,
} from '../../../../libs/platform/grpc/src/lib/certificates-fixture';
import { freshStores } from '../../../../tools/test/src/fresh-stores';
import { TERMINAL_KEY_ID, tradingEnvironment } from '../e2e/fleet-environment';
import { connectedSession, outcomeOf, untilBarrier, untilEnd } from '../e2e/fleet-outcome';
import { Program, type Ended } from '../e2e/program';
import { ServiceFleet } from '../e2e/service-fleet';
import { writeSyntheticTicks } from '../e2e/synthetic-ticks';
import { BUSY, BUSY_ACCOUNT } from '../e2e/trading-fleet';
import { waitFor } from '../e2e/wait';
import { connectToSix, type SixClients } from './six-clients';
import { forEachOfSix, SIX, type SixName } from './six-services';

const ACCOUNT = BUSY_ACCOUNT;
const [SYMBOL = ''] = BUSY.symbols;
const TICKS = 3_000;
/** A bar of a minute in half a second: the data lasts longer than it takes to notice new files, on a busy machine too. */
const SPEED = 120;
/** A machine may have other work. */
const WITHIN_MS = 180_000;

/** What a caller shows, and what not. */
interface Shown {
  readonly security?: GrpcSecurity | undefined;
  readonly token?: string | undefined;
}

// Without openssl there is nothing to make certificates with.
(hasOpenssl ? describe : describe.skip)('six processes under mutual TLS', () => {
  const authority = new TestAuthority('house');
  const stranger = new TestAuthority('stranger');
  const closing: (() => void)[] = [];
  let fleet: ServiceFleet;
  let six: SixClients;
  let operator: CertificatePaths;
  let trusted: GrpcSecurity;

  const filesOf = (name: SixName): CertificatePaths => ({
    certFile: join(fleet.folder, 'tls', `${name}.pem`),
    keyFile: join(fleet.folder, 'tls', `${name}-key.pem`),
  });
  /** Puts a new certificate where a service looks for it, as a rotation does. */
  const rotate = (name: SixName): void => {
    const fresh = authority.issue(name);
    replaceFile(fresh.certFile, filesOf(name).certFile);
    replaceFile(fresh.keyFile, filesOf(name).keyFile);
  };
  const certificates = (security: GrpcSecurity): CertificateFiles => {
    const files = new CertificateFiles(security, { logger: silentLogger });
    closing.push(() => files.close());
    return files;
  };
  const dial = <S extends object>(definition: DefinitionFor<S>, name: SixName, { security, token }: Shown): S => {
    const client = createGrpcClient<S>(definition, fleet.grpcOf(name), {
      deadlineMs: 10_000,
      token,
      logger: silentLogger,
      ...(security !== undefined && { certificates: certificates(security) }),
    });
    closing.push(() => closeGrpcClient(client));
    return client;
  };
  const accounts = (shown: Shown): Promise<unknown> =>
    dial<execution.ExecutionService>(execution.ExecutionServiceService, 'execution', shown).listAccounts({});
  const setState = (state: common.TradingState, shown: Shown): Promise<unknown> =>
    dial<risk.RiskManagerService>(risk.RiskManagerServiceService, 'risk-manager', shown).setTradingState({
      accountId: ACCOUNT,
      state,
      reason: 'a stranger',
    });
  /** A service may halt an account; only an operator may let it trade. */
  const halt = (shown: Shown): Promise<unknown> => setState(common.TradingState.HALTED, shown);
  const letTrade = (shown: Shown): Promise<unknown> => setState(common.TradingState.ACTIVE, shown);
  const refusalOf = async (call: Promise<unknown>): Promise<{ status: string; code: string; message: string }> => {
    const error = await call.then(
      () => new Error('The call was let in.'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof RpcError)) throw error;
    return { status: error.status, code: error.code, message: error.message };
  };
  /** What a service shows to whoever connects now. */
  const shownBy = (name: SixName): Promise<PeerCertificate> =>
    new Promise((resolve, reject) => {
      const [host = '', port = ''] = fleet.grpcOf(name).split(':');
      const own = { cert: readFileSync(operator.certFile), key: readFileSync(operator.keyFile) };
      const socket = connectTls(
        { host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['h2'], ...own },
        () => {
          resolve(socket.getPeerCertificate());
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });
  const trade = (name: SixName, ...args: string[]): Promise<Ended> =>
    Program.trade([...args, '--grpc', fleet.grpcOf(name)]).ended();

  beforeAll(async () => {
    operator = authority.issue('operator');
    trusted = { ...operator, caFile: authority.caFile };
    const stores = await freshStores('security', 'secure');
    const tells = tradingEnvironment(BUSY, stores);
    fleet = await new ServiceFleet((name, of) => ({
      ...tells(name, of),
      GRPC_TLS_CERT_FILE: filesOf(name).certFile,
      GRPC_TLS_KEY_FILE: filesOf(name).keyFile,
      GRPC_TLS_CA_FILE: authority.caFile,
      GRPC_TLS_CLIENT_AUTH: 'require',
    })).choosePorts();
    mkdirSync(join(fleet.folder, 'tls'));
    for (const name of SIX) rotate(name);
    const file = join(fleet.folder, 'ticks.csv');
    writeSyntheticTicks(file, TICKS);
    await fleet.startSix();
    six = connectToSix(
      forEachOfSix((name) => fleet.grpcOf(name)),
      fleet.secrets.serviceToken,
      { withinMs: 60_000, isOver: () => false },
      certificates(trusted),
    );
    const feeds = [{ symbol: SYMBOL, files: [file], zone: 'UTC' }];
    fleet.startSimulator({ login: ACCOUNT, keyId: TERMINAL_KEY_ID, expiry: 'arrival', speed: SPEED, feeds });
    await untilBarrier(six, ACCOUNT, 3, WITHIN_MS);
  }, WITHIN_MS);
  afterAll(async () => {
    six.close();
    for (const close of closing) close();
    await fleet.close();
    for (const { folder } of [authority, stranger]) rmSync(folder, { recursive: true });
  }, WITHIN_MS);

  it('let nobody in without a certificate of theirs that holds', async () => {
    const { caFile } = authority;
    const { serviceToken: token } = fleet.secrets;
    const refused: Readonly<Record<string, GrpcSecurity | undefined>> = {
      'without a certificate': { caFile },
      "with a stranger's": { ...stranger.issue('operator'), caFile },
      'with one that has ended': { ...authority.issue('operator', 'ended'), caFile },
      'with another authority': { ...operator, caFile: stranger.caFile },
      'in plaintext': undefined,
    };
    const found: Record<string, string> = {};
    for (const [who, security] of Object.entries(refused)) {
      found[who] = (await refusalOf(accounts({ security, token }))).status;
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(refused).map((who) => [who, 'UNAVAILABLE'])));
    expect(await accounts({ security: trusted, token })).toMatchObject({ accounts: [{ accountId: ACCOUNT }] });
  });

  it('let nobody in without a token, and a service change nothing', async () => {
    const { serviceToken, operatorToken } = fleet.secrets;
    const security = trusted;
    const missing = { status: 'UNAUTHENTICATED', code: 'TOKEN_MISSING' };
    for (const call of [halt, letTrade]) expect(await refusalOf(call({ security }))).toMatchObject(missing);
    const wrong = await refusalOf(halt({ security, token: 'guessed-by-somebody' }));
    expect(wrong).toMatchObject({ status: 'UNAUTHENTICATED', code: 'TOKEN_INVALID' });
    const service = await refusalOf(letTrade({ security, token: serviceToken }));
    expect(service).toMatchObject({ status: 'PERMISSION_DENIED', code: 'OPERATOR_REQUIRED' });
    for (const said of [wrong, service]) {
      for (const secret of [serviceToken, operatorToken, 'guessed-by-somebody'])
        expect(said.message).not.toContain(secret);
    }
    expect((await connectedSession(six, ACCOUNT)).halted).toBe(false);
  });

  it(
    'answer the command line with a certificate, and not without',
    async () => {
      const { operatorTokenFile: tokenFile } = fleet.secrets;
      const tls = ['--ca', authority.caFile, '--cert', operator.certFile, '--key', operator.keyFile];
      const letIn = await trade('execution', 'status', ...tls);
      expect(letIn.out).toContain(ACCOUNT);
      const refused = await trade('execution', 'status');
      expect(refused.out).not.toContain(ACCOUNT);
      const resumed = await trade('mt5-gateway', 'resume', ACCOUNT, ...tls, '--token-file', tokenFile);
      expect(resumed.out).toContain('gateway: open');
      const unusable = await trade('execution', 'status', '--ca', join(fleet.folder, 'nothing.pem'));
      expect(unusable).toMatchObject({ code: 2, err: expect.stringContaining('nothing.pem') });
    },
    WITHIN_MS,
  );

  it(
    'go on trading while certificates and tokens are replaced, and show the new ones',
    async () => {
      const before = new Map<SixName, string>();
      for (const name of SIX) before.set(name, (await shownBy(name)).serialNumber);
      for (const name of SIX) rotate(name);
      // First both are valid, so that whoever reads the file later is let in all the same.
      const { serviceTokenFile, serviceToken } = fleet.secrets;
      writeFileSync(serviceTokenFile, `${serviceToken},the-next-token-of-services\n`);
      for (const name of SIX) {
        await waitFor(`${name} to show its new certificate`, async () => {
          return (await shownBy(name)).serialNumber !== before.get(name);
        });
      }
      writeFileSync(serviceTokenFile, 'the-next-token-of-services\n');
      await waitFor('the old token to be void', async () => {
        const { code } = await refusalOf(letTrade({ security: trusted, token: serviceToken }));
        return code === 'TOKEN_INVALID';
      });
      // Connections that were opened before go on; new ones are needed after a restart, so one is.
      await fleet.of('decision').stop('SIGTERM');
      await (await fleet.start('decision')).ready();
      expect((await connectedSession(six, ACCOUNT)).ended).toBe(false);
      await untilEnd(six, ACCOUNT, WITHIN_MS);
      const outcome = await outcomeOf(six, ACCOUNT);
      expect(outcome).toMatchObject({ ticks: TICKS, booksAgree: true });
      expect(outcome.trades.length).toBeGreaterThan(2);
      expect(outcome.orders).toEqual(outcome.orders.map((order) => ({ ...order, state: 'ORDER_STATE_FILLED' })));
      const logs = fleet.processes.map(({ log }) => log).join();
      const { operatorToken } = fleet.secrets;
      for (const secret of [serviceToken, operatorToken, 'the-next-token-of-services']) {
        expect(logs.includes(secret)).toBe(false);
      }
    },
    WITHIN_MS,
  );
});
