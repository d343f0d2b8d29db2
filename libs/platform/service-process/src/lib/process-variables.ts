import { z } from 'zod';
import { alertVariables } from '@trading/platform-alerting';
import { commaSeparated, flag, port, secret } from '@trading/platform-config';
import { tracingVariables } from '@trading/platform-tracing';

/** Ports of a service where several run side by side on one machine. */
export interface ProcessPorts {
  readonly http: number;
  readonly grpc: number;
}

const DATABASE =
  'PostgreSQL, as `postgresql://user:password@host:port/database`; every service has its own schema in it.';

/** The variables that every service's process has; an app adds its own. */
export function processVariables(ports: ProcessPorts) {
  return {
    DATABASE_URL: secret(DATABASE)
      .refine(isPostgresUrl, 'expected postgresql://user:password@host:port/database')
      .meta({ description: DATABASE, secret: true }),
    DATABASE_WAIT_S: z.coerce
      .number()
      .min(0)
      .default(60)
      .describe('Seconds to go on trying while PostgreSQL cannot be reached at the start.'),
    HTTP_PORT: port('Port of `/health`, `/ready` and `/metrics`; 0 is any free one.').default(ports.http),
    GRPC_PORT: port('Port of gRPC with health and reflection; 0 is any free one.').default(ports.grpc),
    LISTEN_HOST: z.string().min(1).default('127.0.0.1').describe('Address that HTTP and gRPC listen on.'),
    GRPC_ALLOW_PLAINTEXT: flag(
      'Serve and call plaintext gRPC beyond loopback, where a mesh or a closed network encrypts.',
    ).default(false),
    OPERATOR_TOKEN: secret(
      "Operators' token; without one nobody changes limits, models or the trading state. Several, separated by commas, are all valid while they are rotated.",
    ).optional(),
    SERVICE_TOKEN: secret(
      'Token of the services among each other; without one no other service is let in. Several, separated by commas, are all valid; the first is sent.',
    ).optional(),
    ...kafkaVariables(),
    ...storeVariables(),
    ...tlsVariables(),
    ...alertVariables,
    ...tracingVariables(),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severity that is logged.'),
  };
}

function kafkaVariables() {
  const file = (what: string) => z.string().min(1).optional().describe(what);
  return {
    KAFKA_BROKERS: commaSeparated(
      'Kafka brokers, `host:port` separated by commas. Without any the event bus ends at this process: for trying a service alone.',
    ).default([]),
    KAFKA_TOPIC_PREFIX: z
      .string()
      .regex(/^[A-Za-z0-9._-]*$/, 'expected letters, digits, dots, dashes and underscores')
      .default('')
      .describe('Before the names of topics and groups, where several systems share a cluster.'),
    KAFKA_REPLICATION: z.coerce
      .number()
      .int()
      .min(1)
      .default(1)
      .describe('Replicas of topics that are made at the start; 3 in a cluster.'),
    KAFKA_SASL_MECHANISM: z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
      .default('scram-sha-512')
      .describe('How the process proves who it is to Kafka, where KAFKA_SASL_USERNAME is set.'),
    KAFKA_SASL_USERNAME: z.string().min(1).optional().describe('User at Kafka; without one there is no SASL.'),
    KAFKA_SASL_PASSWORD: secret("The user's password at Kafka.").optional(),
    KAFKA_TLS: flag('Talk TLS to Kafka.').default(false),
    KAFKA_TLS_CA_FILE: file("Authorities of the brokers' certificates, PEM; without it those that Node trusts."),
    KAFKA_TLS_CERT_FILE: file('Own certificate for brokers that ask for one, PEM.'),
    KAFKA_TLS_KEY_FILE: file('Key of that certificate, PEM.'),
  };
}

function storeVariables() {
  return {
    REDIS_URL: secret(
      'Redis, as `redis://[:password@]host:port[/database]` or `rediss://…` for TLS; without one the cache is in memory.',
    )
      .refine(
        (url) => /^rediss?:\/\//.test(url) && URL.canParse(url),
        'expected redis://host:port or rediss://host:port',
      )
      .meta({
        description:
          'Redis, as `redis://[:password@]host:port[/database]`, or `rediss://…` for TLS. Without it the cache is in memory.',
        secret: true,
      })
      .optional(),
    REDIS_PREFIX: z.string().min(1).default('trading').describe('First part of every key in Redis.'),
    INFLUX_URL: z
      .string()
      .refine((url) => /^https?:\/\//.test(url) && URL.canParse(url), 'expected http://host:port or https://host:port')
      .optional()
      .meta({
        description: 'InfluxDB 2, as `http://host:port`. Without it time series are kept in PostgreSQL.',
        type: 'URL',
      }),
    INFLUX_TOKEN: secret('Token that may write and read the buckets of the time series, and make them.').optional(),
    INFLUX_ORG: z.string().min(1).default('trading').describe('Organisation in InfluxDB.'),
    INFLUX_BUCKET_PREFIX: z
      .string()
      .min(1)
      .default('trading')
      .describe("A measurement's bucket is `<prefix>-<measurement>`."),
  };
}

function tlsVariables() {
  const file = (what: string) => z.string().min(1).optional().describe(what);
  return {
    GRPC_TLS_CERT_FILE: file('Certificate of this process, PEM, read again when it changes; with it gRPC talks TLS.'),
    GRPC_TLS_KEY_FILE: file('Key of that certificate, PEM.'),
    GRPC_TLS_CA_FILE: file("Authorities of the other services' certificates, PEM; without it those that Node trusts."),
    GRPC_TLS_CLIENT_AUTH: z
      .enum(['none', 'require'])
      .default('none')
      .describe('`require`: gRPC clients prove who they are with a certificate of those authorities (mutual TLS).'),
  };
}

export type ProcessConfig = z.infer<z.ZodObject<ReturnType<typeof processVariables>>>;

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}
