import { execution } from '@trading/contracts';
import { createTestDatabase, type TestDatabase } from '@trading/platform-database';
import { closeGrpcClient, createGrpcClient } from '@trading/platform-grpc';
import { silentLogger } from '@trading/platform-logging';
import { Program } from './program';
import { isServing, reflectedServices } from './standard-services';

interface Readiness {
  readonly status: string;
  readonly details: Record<string, { failed: Record<string, string>; degraded: Record<string, string> }>;
}

const TOKENS = { OPERATOR_TOKEN: 'operator-of-the-test', SERVICE_TOKEN: 'service-of-the-test' };
const NO_POSTGRES = 'postgresql://trading:secret-word@127.0.0.1:1/trading';

describe('execution as a process of its own', () => {
  let database: TestDatabase;
  let program: Program | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => program?.kill());
  afterAll(() => database.drop());

  it('answers health, metrics and gRPC, says that it misses Kafka, and ends on SIGTERM with 0', async () => {
    program = new Program({ DATABASE_URL: database.url, ...TOKENS });
    const { http, grpc } = (await program.line('Listening.')) as { http: string; grpc: string };

    expect(await (await fetch(`${http}/health`)).json()).toEqual({ status: 'ok', services: ['execution'] });
    const ready = await fetch(`${http}/ready`);
    expect(ready.status).toBe(200);
    const { details } = (await ready.json()) as Readiness;
    expect(details['execution']?.failed).toEqual({});
    expect(Object.keys(details['execution']?.degraded ?? {})).toEqual(['kafka']);
    expect(details['execution']?.degraded['kafka']).toBe(
      'KAFKA_BROKERS is not set: the event bus ends at this process.',
    );
    expect(program.lines).toContainEqual(expect.objectContaining({ level: 'warn', missing: 'kafka' }));
    expect(await (await fetch(`${http}/metrics`)).text()).toContain('nodejs_eventloop_lag_seconds');

    expect(await isServing(grpc, '')).toBe(true);
    expect(await isServing(grpc, 'trading.execution.v1.ExecutionService')).toBe(true);
    expect(await reflectedServices(grpc)).toContain('trading.execution.v1.ExecutionService');
    const client = createGrpcClient<execution.ExecutionService>(execution.ExecutionServiceService, grpc, {
      deadlineMs: 10_000,
      token: TOKENS.OPERATOR_TOKEN,
      logger: silentLogger,
    });
    expect(await client.listAccounts({})).toEqual({ accounts: [] });
    closeGrpcClient(client);

    expect(await program.end('SIGTERM')).toBe(0);
    expect(program.stderr).toBe('');
  });

  it('answers calls while Kafka cannot be reached, says so, and ends on SIGTERM all the same', async () => {
    program = new Program({ DATABASE_URL: database.url, ...TOKENS, KAFKA_BROKERS: '127.0.0.1:1' });
    const { http, grpc } = (await program.line('Listening.')) as { http: string; grpc: string };
    const ready = await fetch(`${http}/ready`);
    expect(ready.status).toBe(200);
    const { details } = (await ready.json()) as Readiness;
    expect(details['execution']?.degraded['kafka']).toMatch(/ECONNREFUSED|no answer/);
    expect(await isServing(grpc, 'trading.execution.v1.ExecutionService')).toBe(true);
    expect(await program.end('SIGTERM')).toBe(0);
  });

  it('is alive and not ready while it waits for PostgreSQL, and ends on SIGTERM all the same', async () => {
    program = new Program({ DATABASE_URL: NO_POSTGRES, ...TOKENS });
    const { http } = (await program.line('HTTP answers.')) as { http: string };
    await program.line('PostgreSQL cannot be reached yet; trying again.');
    expect((await fetch(`${http}/health`)).status).toBe(200);
    const ready = await fetch(`${http}/ready`);
    expect(ready.status).toBe(503);
    expect(((await ready.json()) as Readiness).details['execution']?.failed['start']).toMatch(
      /PostgreSQL .* ECONNREFUSED/,
    );
    expect(await program.end('SIGTERM')).toBe(0);
  });

  it('gives up in one paragraph when PostgreSQL does not come', async () => {
    program = new Program({ DATABASE_URL: NO_POSTGRES, DATABASE_WAIT_S: '0', ...TOKENS });
    expect(await program.end()).toBe(1);
    expect(program.stderr).toMatch(/^execution did not start\. PostgreSQL did not answer at once: .*ECONNREFUSED/);
    expect(program.stderr).not.toContain('secret-word');
    expect(program.stderr.trimEnd()).not.toContain('\n');
  });

  it('refuses a configuration without a database with exit code 2', async () => {
    program = new Program({});
    expect(await program.end()).toBe(2);
    expect(program.stderr).toContain('DATABASE_URL: is required');
  });
});
