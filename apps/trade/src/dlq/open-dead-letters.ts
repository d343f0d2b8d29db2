import { TOPICS } from '@trading/contracts';
import type { ListedLetter, Place, ReplayReport, ShownLetter } from '@trading/platform-kafka';
import { UsageError } from '../cli/cli-error';
import type { CommandContext } from '../cli/command';
import { brokersOfDev } from './dev-brokers';

/** What the command needs of the dead letters. */
export interface DeadLetterDesk {
  list(which: { topic?: string | undefined; limit: number }): Promise<ListedLetter[]>;
  show(topic: string, partition: number, offset: number): Promise<ShownLetter>;
  replay(topic: string, which: Place | 'all'): Promise<ReplayReport>;
}

export type OpenDeadLetters = (context: Pick<CommandContext, 'options' | 'env' | 'cwd'>) => Promise<DeadLetterDesk>;

/**
 * The dead letters of the Kafka that the options name, else the environment, else of the servers for development.
 * @throws UsageError when nobody names one
 */
export const openDeadLetters: OpenDeadLetters = async ({ options, env, cwd }) => {
  const named = options.text('kafka') ?? env['KAFKA_BROKERS'];
  const brokers = named === undefined ? await brokersOfDev(options.text('data-dir'), cwd) : listed(named);
  if (brokers === undefined || brokers.length === 0) {
    throw new UsageError('No Kafka is named: give --kafka HOST:PORT or KAFKA_BROKERS, or start ./trade dev.');
  }
  const { DeadLetters } = await import('@trading/platform-kafka');
  const { silentLogger } = await import('@trading/platform-logging');
  const username = env['KAFKA_SASL_USERNAME'];
  const mechanism = mechanismOf(env['KAFKA_SASL_MECHANISM']);
  const tls = /^(true|1|yes|on)$/i.test(env['KAFKA_TLS'] ?? '');
  return new DeadLetters(
    {
      brokers,
      clientId: 'trade-dlq',
      topicPrefix: options.text('topic-prefix') ?? env['KAFKA_TOPIC_PREFIX'],
      log: silentLogger,
      ...(username !== undefined && { sasl: { mechanism, username, password: env['KAFKA_SASL_PASSWORD'] ?? '' } }),
      ...(tls && {
        tls: { ca: env['KAFKA_TLS_CA_FILE'], cert: env['KAFKA_TLS_CERT_FILE'], key: env['KAFKA_TLS_KEY_FILE'] },
      }),
    },
    TOPICS,
  );
};

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

function mechanismOf(text = 'scram-sha-512'): (typeof MECHANISMS)[number] {
  const found = MECHANISMS.find((mechanism) => mechanism === text);
  if (found === undefined) throw new UsageError(`KAFKA_SASL_MECHANISM is one of ${MECHANISMS.join(', ')}.`);
  return found;
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((broker) => broker.trim())
    .filter(Boolean);
