import type { ProcessLifecycle } from '@trading/platform-bootstrap';
import type { Logger } from '@trading/platform-logging';
import { KafkaBus, type Catalogue, type KafkaConnection } from '@trading/platform-kafka';
import { InProcessBus, type EventBus } from '@trading/platform-messaging';
import { makeTopics } from './make-topics';
import { patientBus } from './patient-bus';
import type { ProcessConfig } from './process-variables';

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
  const looked = makeTopics({
    connection,
    replicationFactor: config.KAFKA_REPLICATION,
    topics,
    stop: lifecycle.stopRequested,
    logger,
    tell: (told) => (problem = told),
  });
  health.registerProbe(service, {
    name: 'kafka',
    kind: 'degraded',
    check: async () => {
      await bus.ping();
      if (problem !== undefined) throw new Error(problem);
    },
  });
  return patientBus(afterwards(bus, looked), logger, onDefect);
}

/** Groups that form while their topics come about share partitions again with each that appears: they wait for them. */
function afterwards(bus: EventBus, first: Promise<unknown>): EventBus {
  return {
    publish: (topic, key, message, headers) => bus.publish(topic, key, message, headers),
    close: () => bus.close(),
    consume: (membership, routes) => first.then(() => bus.consume(membership, routes)),
  };
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
