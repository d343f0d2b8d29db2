import type { Logger } from '@trading/platform-logging';
import type { EventBus, Subscription } from '@trading/platform-messaging';

const PATIENCE_MS = 10_000;

/**
 * A bus for a service that starts: a subscription that cannot be had in time goes on in the background, so that calls
 * are answered while the brokers are away.
 */
export function patientBus(
  bus: EventBus,
  logger: Logger,
  onDefect: (reason: string) => void,
  patienceMs = PATIENCE_MS,
): EventBus {
  return {
    publish: (topic, key, message, headers) => bus.publish(topic, key, message, headers),
    close: () => bus.close(),
    consume: async (membership, routes) => {
      const subscribing = bus.consume(membership, routes);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), patienceMs);
      });
      const now = await Promise.race([subscribing, late]).finally(() => clearTimeout(timer));
      if (now !== undefined) return now;
      const { group } = membership;
      logger.warn({ group }, 'The event bus is not there yet; what waits on it comes when it is.');
      subscribing.catch((error: unknown) => onDefect(`${group} cannot be subscribed: ${String(error)}`));
      return later(subscribing);
    },
  };
}

function later(subscribing: Promise<Subscription>): Subscription {
  return {
    stop: async () => {
      const subscription = await subscribing.catch(() => undefined);
      await subscription?.stop();
    },
  };
}
