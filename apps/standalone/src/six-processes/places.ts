import { join } from 'node:path';
import type { Place } from '../report/banner';
import { HOST } from '../system/listen-ports';
import type { DevOptions } from './dev-options';
import type { Servers } from './servers';
import type { ServicePorts } from './six-ports';
import { SIX, type SixName } from './six-services';

/** Where everything of a system of six processes is. */
export function placesOf(
  { dataDir }: Pick<DevOptions, 'dataDir'>,
  servers: Servers,
  ports: Readonly<Record<SixName, ServicePorts>>,
): readonly Place[] {
  const { influx, prometheusUrl } = servers;
  const width = Math.max(...SIX.map((name) => name.length));
  const services = SIX.map((name) => {
    const { http, grpc } = ports[name];
    return `${name.padEnd(width)}  http://${HOST}:${http}  gRPC ${HOST}:${grpc}`;
  });
  return [
    ['Services', `${services.join('\n')}\neach with /health, /ready, /metrics and gRPC reflection`],
    [
      'Terminals',
      `${HOST}:${ports['mt5-gateway'].terminal ?? 0} (MT5), ${HOST}:${ports['mt4-gateway'].terminal ?? 0} (MT4)`,
    ],
    ['Kafka', servers.brokers],
    ['PostgreSQL', withoutSecrets(servers.databaseUrl)],
    ['Redis', withoutSecrets(servers.redisUrl)],
    ...(influx === undefined ? [] : [['InfluxDB', influx.url] as const]),
    ...(prometheusUrl === undefined ? [] : [['Prometheus', prometheusUrl] as const]),
    ['Logs', `${join(dataDir, 'logs')}/<service>.log`],
  ];
}

/** An address without user, password and parameters. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'as it was given';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
