import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { kafkaClient } from '@trading/platform-kafka';
import { silentLogger } from '@trading/platform-logging';
import type { Servers } from '../six-processes/servers';

/** A database, topics and keys of a part of the benchmark's own, on servers that may be anybody's. */
export interface BenchStores {
  /** What the services are told of them. */
  readonly env: NodeJS.ProcessEnv;
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  /** Removes the database and the topics. */
  remove(): Promise<void>;
}

export async function benchStores(servers: Servers): Promise<BenchStores> {
  const name = `bench_${randomBytes(5).toString('hex')}`;
  await inDatabase(servers.databaseUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(servers.databaseUrl);
  url.pathname = `/${name}`;
  const brokers = servers.brokers.split(',');
  const { influx } = servers;
  return {
    brokers,
    databaseUrl: url.href,
    env: {
      KAFKA_BROKERS: servers.brokers,
      KAFKA_TOPIC_PREFIX: `${name}.`,
      DATABASE_URL: url.href,
      REDIS_URL: servers.redisUrl,
      REDIS_PREFIX: name,
      ...(influx && { INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token, INFLUX_ORG: influx.org }),
    },
    async remove() {
      await removeTopics(brokers, `${name}.`);
      await inDatabase(servers.databaseUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

async function removeTopics(brokers: readonly string[], prefix: string): Promise<void> {
  const admin = kafkaClient({ brokers, clientId: 'bench', log: silentLogger }).admin();
  try {
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

async function inDatabase(databaseUrl: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}
