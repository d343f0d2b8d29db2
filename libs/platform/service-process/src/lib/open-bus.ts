import type { ProcessLifecycle } from '@trading/platform-bootstrap';
import type { Logger } from '@trading/platform-logging';
import { ensureTopics, KafkaBus, kafkaClient, type Catalogue, type KafkaConnection } from '@trading/platform-kafka';
import { InProcessBus, type EventBus } from '@trading/platform-messaging';
import { patientBus } from './patient-bus';
import type { ProcessConfig } from './process-variables';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** A message that still fails after so many tries in a row fails because of a defect: a fresh process may do better. */
const GIVE_UP_AFTER = 8;

/**
 * The event bus of a process: Kafka, or its own when no brokers are named. Topics are made in the background, as soon as
 * Kafka is there; `onDefect` is told of what no waiting mends.
 */
export function openBus(
  service: string,
  config: ProcessConfig,
  topics: Catalogue,
  lifecycle: ProcessLifecycle,
  logger: Logger,
  onDefect: (reason: string) => void,
): EventBus {
  const { health } = lifecycle;
  if (config.KAFKA_BROKERS.length === 0) {
    const reason = 'KAFKA_BROKERS is not set: the event bus ends at this process.';
    const check = (): never => {
      throw new Error(reason);
    };
    health.registerProbe(service, { name: 'kafka', kind: 'degraded', check });
    logger.warn({ missing: 'kafka' }, reason);
    const bus = new InProcessBus({ log: logger });
    lifecycle.addClosing('event bus', () => bus.close());
    return bus;
  }
  const connection = connectionOf(service, config, logger);
  const bus = KafkaBus.open({
    ...connection,
    topics,
    onError: ({ attempt, delivery, error }) => {
      // Without a delivery it was the share of the keys that could not be taken up: that is tried again by itself.
      if (delivery === undefined || attempt < GIVE_UP_AFTER) return;
      onDefect(
        `A message of ${delivery.topic} cannot be handled: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  });
  lifecycle.addClosing('event bus', () => bus.close());
  let problem: string | undefined = 'topics are not checked yet';
  void makeTopics(connection, config.KAFKA_REPLICATION, topics, lifecycle.stopRequested, logger, (told) => {
    problem = told;
  });
  health.registerProbe(service, {
    name: 'kafka',
    kind: 'degraded',
    check: async () => {
      await bus.ping();
      if (problem !== undefined) throw new Error(problem);
    },
  });
  return patientBus(bus, logger, onDefect);
}

function connectionOf(service: string, config: ProcessConfig, log: Logger): KafkaConnection {
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password = '', KAFKA_SASL_MECHANISM: mechanism } = config;
  const { KAFKA_TLS_CA_FILE: ca, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key } = config;
  return {
    brokers: config.KAFKA_BROKERS,
    clientId: service,
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
    ...(username === undefined ? {} : { sasl: { mechanism, username, password } }),
    ...(config.KAFKA_TLS ? { tls: { ca, cert, key } } : {}),
  };
}

/** Makes and checks the topics of the catalogue, trying until Kafka is there. */
async function makeTopics(
  connection: KafkaConnection,
  replicationFactor: number,
  topics: Catalogue,
  stop: AbortSignal,
  logger: Logger,
  tell: (problem: string | undefined) => void,
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !stop.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const admin = kafkaClient(connection).admin();
    try {
      await admin.connect();
      const prefix = connection.topicPrefix;
      const report = await ensureTopics(admin, topics, { replicationFactor, prefix });
      for (const words of report.warnings) logger.warn({ topic: words }, 'A topic differs from the catalogue.');
      for (const words of report.errors) logger.error({ topic: words }, 'A topic is not as the catalogue has it.');
      if (report.created.length > 0) logger.info({ topics: report.created.length }, 'Topics were made.');
      tell(report.errors.length === 0 ? undefined : report.errors.join(' '));
      return;
    } catch (error) {
      tell(`topics cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
  }
}
