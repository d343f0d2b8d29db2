import type { HealthDirectory } from '@trading/platform-health';
import type { Logger } from '@trading/platform-logging';
import { InProcessBus } from '@trading/platform-messaging';
import type { ProcessConfig } from './process-variables';

/** The event bus of a process that runs alone: its own, until there is an adapter that reaches other processes. */
export function openLoneBus(
  service: string,
  { KAFKA_BROKERS }: Pick<ProcessConfig, 'KAFKA_BROKERS'>,
  health: HealthDirectory,
  logger: Logger,
): InProcessBus {
  const unused = KAFKA_BROKERS.length > 0 ? ' KAFKA_BROKERS is set and not used.' : '';
  const reason =
    'There is no Kafka adapter yet: the event bus is inside this process, so no events come from other services and ' +
    `none reach them.${unused}`;
  health.registerProbe(service, {
    name: 'kafka',
    kind: 'degraded',
    check: () => {
      throw new Error(reason);
    },
  });
  logger.warn({ missing: 'kafka' }, reason);
  return new InProcessBus({ log: logger });
}
