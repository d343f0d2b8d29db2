import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);

/** The program that brings the servers up. */
export const DEV_INFRA = join(__dirname, '../../dev-infra/dev-infra.mjs');

/** Names the variable in which the global setup leaves what {@link DEV_INFRA} said, as JSON. */
export const VARIABLE = 'TRADING_DISTRIBUTED_SERVERS';

/** What `dev-infra.mjs up --json` prints. */
export interface DevInfra {
  readonly folder: string;
  readonly kafka: { readonly brokers: readonly string[]; readonly secure: SecureKafka };
  readonly postgres: { readonly url: string };
  readonly redis: { readonly url: string };
  readonly influx: InfluxServer | null;
  /** Why there is no InfluxDB. */
  readonly influxMissing?: string;
}

/** Kafka's listener with TLS, whose certificate the authority in `caFile` signed, and SASL. */
export interface SecureKafka {
  readonly brokers: string[];
  readonly username: string;
  readonly password: string;
  /** A PEM file. */
  readonly caFile: string;
  readonly mechanism: 'scram-sha-512';
}

export interface InfluxServer {
  readonly url: string;
  /** May do everything. */
  readonly token: string;
  readonly org: string;
}

export type ServerName = 'kafka' | 'postgres' | 'redis' | 'influx';

/** `SIGKILL` as a crash would end it, `SIGTERM` in order. */
export type StopSignal = 'SIGTERM' | 'SIGKILL';

/** The real servers that all distributed tests of a run share; each takes a database and a prefix of its own. */
export interface DistributedServers {
  /** Where the servers keep their data and logs. */
  readonly folder: string;
  /** Kafka's listener without TLS. Topics are not made by themselves. */
  readonly brokers: string[];
  readonly secureKafka: SecureKafka;
  /** As the superuser; most tests want {@link freshDatabase}. */
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** Absent on machines without influxd; see {@link describeWithInflux}. */
  readonly influx?: InfluxServer;
  /** Ends a server and waits until it answers again, with the same address and data. */
  restart(name: ServerName, how: StopSignal): Promise<void>;
  /** Ends a server and returns when it is gone. A test that stops one starts it again, whatever happens. */
  stop(name: ServerName, how: StopSignal): Promise<void>;
  /** Returns when the server answers; one that runs already is left alone. */
  start(name: ServerName): Promise<void>;
}

/** The servers of this run of jest. Works within `jest --config jest.distributed.config.cjs`. */
export function distributedServers(): DistributedServers {
  const { folder, kafka, postgres, redis, influx } = said();
  const devInfra = async (...args: string[]): Promise<void> => {
    await run(process.execPath, [DEV_INFRA, ...args, '--folder', folder]);
  };
  const stop = (name: ServerName, how: StopSignal): Promise<void> =>
    devInfra('stop', '--only', name, ...(how === 'SIGKILL' ? ['--kill'] : []));
  const start = (name: ServerName): Promise<void> => devInfra('start', '--only', name);
  return {
    folder,
    brokers: [...kafka.brokers],
    secureKafka: kafka.secure,
    postgresUrl: postgres.url,
    redisUrl: redis.url,
    ...(influx === null ? {} : { influx }),
    stop,
    start,
    restart: async (name, how) => {
      await stop(name, how);
      await start(name);
    },
  };
}

function said(): DevInfra {
  const json = process.env[VARIABLE];
  if (json === undefined) throw new Error('Distributed tests run by jest --config jest.distributed.config.cjs.');
  return JSON.parse(json) as DevInfra;
}

/**
 * Makes an empty database and returns its address, as the superuser.
 *
 * @param name says in PostgreSQL's messages whose it is: lower-case letters, digits and `_`
 */
export async function freshDatabase(name: string): Promise<string> {
  const url = new URL(distributedServers().postgresUrl);
  const database = `test_${name}_${randomBytes(4).toString('hex')}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
  url.pathname = `/${database}`;
  return url.href;
}

/** A beginning for names of topics, groups, keys and buckets that nobody else uses. */
export function freshPrefix(): string {
  return `test-${randomBytes(5).toString('hex')}`;
}

/** A suite against the real InfluxDB; skipped, with the reason in its name and in the output, where there is none. */
export function describeWithInflux(name: string, suite: (influx: InfluxServer) => void): void {
  const { influx, influxMissing } = said();
  if (influx !== null) {
    describe(name, () => suite(influx));
    return;
  }
  console.warn(`skipped: ${name}: ${influxMissing ?? 'InfluxDB does not run'}`);
  // The runner of all suites takes a skipped test for a failed one, unless what its name says it needs is absent.
  const needed = process.env['INFLUXD'] || 'influxd';
  describe.skip(`${name} (needs ${needed})`, () => suite({ url: 'http://127.0.0.1:1', token: '', org: '' }));
}
