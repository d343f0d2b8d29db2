import type { FleetProcess } from '../e2e/service-fleet';

const ANSWERS_WITHIN_MS = 5_000;

/** What waits in or before the processes of a fleet, in messages. */
export interface KafkaBacklog {
  /** Of the group that is farthest behind. */
  readonly lag: number;
  readonly lagOf: string;
  /** Published by any process and not yet taken by Kafka. */
  readonly queued: number;
}

/** As the services' metrics say; they are up to a second old. */
export async function kafkaBacklog(processes: readonly FleetProcess[]): Promise<KafkaBacklog> {
  const services = processes.filter(({ http, exitCode }) => http !== '' && exitCode === undefined);
  const texts = await Promise.all(services.map(({ http }) => metricsOf(http)));
  const lags = new Map<string, number>();
  let queued = 0;
  for (const text of texts) {
    for (const [labels, value] of samples(text, 'trading_kafka_lag_messages')) {
      const group = /group="([^"]*)"/.exec(labels)?.[1] ?? '';
      lags.set(group, (lags.get(group) ?? 0) + value);
    }
    for (const [, value] of samples(text, 'trading_kafka_publish_queue_messages')) queued += value;
  }
  const [lagOf = '', lag = 0] = [...lags].sort(([, a], [, b]) => b - a)[0] ?? [];
  return { lag, lagOf, queued };
}

async function metricsOf(http: string): Promise<string> {
  const answer = await fetch(`${http}/metrics`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  return answer.text();
}

/** Of the text format of Prometheus: labels and value. */
function samples(text: string, name: string): (readonly [labels: string, value: number])[] {
  return text.split('\n').flatMap((line) => {
    const [, labels = '', value] = /^\w+(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return line.startsWith(`${name}{`) || line.startsWith(`${name} `) ? [[labels, Number(value)] as const] : [];
  });
}
