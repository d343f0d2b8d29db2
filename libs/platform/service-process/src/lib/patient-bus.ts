import type { Logger } from '@trading/platform-logging';
import { BusClosed, type EventBus, type Subscription } from '@trading/platform-messaging';

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
  // While one waits for the brokers in the background, the next need not wait for them all over again.
  const late = new Set<Promise<unknown>>();
  return {
    publish: (topic, key, message, headers) => bus.publish(topic, key, message, headers),
    close: () => bus.close(),
    consume: async (membership, routes) => {
      const subscribing = bus.consume(membership, routes);
      let timer: NodeJS.Timeout | undefined;
      const patienceOver = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), late.size > 0 ? 0 : patienceMs);
      });
      const now = await Promise.race([subscribing, patienceOver]).finally(() => clearTimeout(timer));
      if (now !== undefined) return now;
      const { group } = membership;
      logger.warn({ group }, 'The event bus is not there yet; what waits on it comes when it is.');
      late.add(subscribing);
      void subscribing.then(
        () => late.delete(subscribing),
        () => late.delete(subscribing),
      );
      subscribing.catch((error: unknown) => {
        // The process ends before the brokers came.
        if (!(error instanceof BusClosed)) onDefect(`${group} cannot be subscribed: ${String(error)}`);
      });
      return later(subscribing);
    },
  };
}

/** Stopping does not wait for brokers that may never come: a subscription that comes afterwards is ended then. */
function later(subscribing: Promise<Subscription>): Subscription {
  let come: Subscription | undefined;
  let isStopped = false;
  subscribing.then(
    (subscription) => {
      come = subscription;
      if (isStopped) void subscription.stop();
    },
    () => undefined,
  );
  return {
    stop: async () => {
      isStopped = true;
      await come?.stop();
    },
  };
}
