import { z } from 'zod';
import { commaSeparated, flag, port, secret } from '@trading/platform-config';

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
      "Operators' token; without one nobody changes limits, models or the trading state.",
    ).optional(),
    SERVICE_TOKEN: secret('Token of the services among each other; without one no other service is let in.').optional(),
    KAFKA_BROKERS: commaSeparated(
      'Kafka brokers. Accepted and not used: there is no Kafka adapter yet, and no events pass between processes.',
    ).default([]),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severity that is logged.'),
  };
}

export type ProcessConfig = z.infer<z.ZodObject<ReturnType<typeof processVariables>>>;

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}
