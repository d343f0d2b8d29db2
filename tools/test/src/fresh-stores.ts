import { distributedServers, freshDatabase, freshPrefix } from './distributed-servers';

/** Variables of service processes; secrets by value. */
export type StoreVariables = Readonly<Record<string, string>> & {
  readonly DATABASE_URL: string;
  readonly KAFKA_BROKERS: string;
  readonly KAFKA_TOPIC_PREFIX: string;
};

/**
 * The variables with which service processes find stores of a test's own on the servers of the run. Time series are in
 * PostgreSQL, where their rows are easily counted.
 *
 * @param name as of `freshDatabase`
 * @param kafka `secure`: over TLS, and as a user with a password
 */
export async function freshStores(name: string, kafka: 'plain' | 'secure' = 'plain'): Promise<StoreVariables> {
  const { brokers, secureKafka, redisUrl } = distributedServers();
  const { username, password, caFile, mechanism } = secureKafka;
  const prefix = freshPrefix();
  return {
    KAFKA_BROKERS: (kafka === 'secure' ? secureKafka.brokers : brokers).join(','),
    KAFKA_TOPIC_PREFIX: `${prefix}.`,
    ...(kafka === 'secure' && {
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA_FILE: caFile,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: username,
      KAFKA_SASL_PASSWORD: password,
    }),
    DATABASE_URL: await freshDatabase(name),
    REDIS_URL: redisUrl,
    REDIS_PREFIX: prefix,
  };
}
