import { z } from 'zod';
import { secret } from '@trading/platform-config';

/** The variables that the other commands of `./trade` read, beside their options. */
export const variables = z.object({
  KAFKA_BROKERS: z
    .string()
    .optional()
    .describe('Kafka brokers of `dlq`, where `--kafka` says nothing; by default those of `./trade dev`.'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .optional()
    .describe('Before the names of topics, where `--topic-prefix` says nothing.'),
  KAFKA_SASL_MECHANISM: z.string().optional().describe('As for the services; `scram-sha-512` unless set.'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('User of `dlq` at Kafka; without one there is no SASL.'),
  KAFKA_SASL_PASSWORD: secret("The user's password at Kafka.").meta({ file: false }).optional(),
  KAFKA_TLS: z.string().optional().describe('`true`: talk TLS to Kafka.'),
  KAFKA_TLS_CA_FILE: z.string().optional().describe("Authorities of the brokers' certificates, PEM."),
  KAFKA_TLS_CERT_FILE: z.string().optional().describe('Own certificate for brokers that ask for one, PEM.'),
  KAFKA_TLS_KEY_FILE: z.string().optional().describe('Key of that certificate, PEM.'),
  TRADING_OPERATOR_TOKEN_FILE: z
    .string()
    .optional()
    .describe("File with the operator's token, where `--token-file` says nothing; by default the running system's."),
  GRPC_TLS_CA_FILE: z
    .string()
    .optional()
    .describe(
      "Authorities of the services' certificates, PEM, where `--grpc` names the system; with one calls are TLS.",
    ),
  GRPC_TLS_CERT_FILE: z.string().optional().describe('Own certificate for services that ask for one, PEM.'),
  GRPC_TLS_KEY_FILE: z.string().optional().describe('Key of that certificate, PEM.'),
  DATABASE_URL: secret('Where it is set, `doctor` does not look for what our own PostgreSQL needs.')
    .meta({ file: false })
    .optional(),
});
