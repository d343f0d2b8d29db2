import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const price = z.number().positive();
const pricesSchema = z.strictObject({
  asOf: z.string(),
  hoursAMonth: z.number().positive(),
  machines: z.record(z.string(), price),
  databases: z.record(z.string(), price),
  caches: z.record(z.string(), price),
  brokers: z.record(z.string(), price),
  cluster: price,
  natGateway: price,
  interfaceEndpoint: price,
  loadBalancer: price,
  diskGibMonth: price,
  databaseGibMonth: price,
  brokerGibMonth: price,
});

/** What of a region costs by its size, as the Terraform reads it from `sizes.json`. */
const sizesSchema = z.object({
  nat_gateways: z.int().min(0),
  interface_endpoints: z.array(z.string()),
  endpoint_zones: z.int().min(1),
  node_groups: z.record(
    z.string(),
    z.object({ instance_type: z.string(), desired: z.int().min(0), disk_gib: z.number().default(50) }),
  ),
  postgres: z.object({
    instance_class: z.string(),
    replica_class: z.string().optional(),
    read_replicas: z.int().min(0),
    multi_az: z.boolean(),
    allocated_gib: z.number(),
  }),
  redis: z.object({ node_type: z.string(), nodes: z.int().min(1) }),
  influxdb: z.object({ instance_type: z.string(), root_gib: z.number(), data_gib: z.number() }),
  kafka: z.object({ instance_type: z.string(), brokers: z.int().min(1), volume_gib: z.number() }),
});

export type Prices = z.infer<typeof pricesSchema>;
export type Sizes = z.infer<typeof sizesSchema>;

/** One line of an estimate; `amount` in US dollars a month. */
export interface CostItem {
  readonly resource: string;
  readonly amount: number;
}

/** A size has no price, so that the estimate would be too low. */
export class NoPrice extends Error {
  constructor(kind: string, name: string) {
    super(`deploy/prices.yaml has no price of ${name} among ${kind}.`);
  }
}

export const readPrices = (root: string): Prices =>
  pricesSchema.parse(parse(readFileSync(join(root, 'deploy/prices.yaml'), 'utf8')));

export const readSizes = (root: string, folder: string): Sizes =>
  sizesSchema.parse(JSON.parse(readFileSync(join(root, 'deploy/terraform/live', folder, 'sizes.json'), 'utf8')));

/**
 * What a region costs a month at the sizes that it starts with. Traffic, requests, logs, backups and what is scaled up are not in it.
 * Throws {@link NoPrice}.
 */
export function estimateRegion(sizes: Sizes, prices: Prices): readonly CostItem[] {
  const monthly = (hourly: number): number => hourly * prices.hoursAMonth;
  const of = (kind: 'machines' | 'databases' | 'caches' | 'brokers', name: string): number => {
    const found = prices[kind][name];
    if (found === undefined) throw new NoPrice(kind, name);
    return monthly(found);
  };
  const { postgres, redis, influxdb, kafka } = sizes;
  // A standby in another zone costs what the first one does, its disk too.
  const copies = postgres.multi_az ? 2 : 1;
  const replicas = postgres.read_replicas;
  const databaseDisk = postgres.allocated_gib * prices.databaseGibMonth;
  const groups = Object.entries(sizes.node_groups).map(([name, { instance_type: type, desired, disk_gib: disk }]) => ({
    resource: `nodes ${name}: ${desired} × ${type}`,
    amount: desired * (of('machines', type) + disk * prices.diskGibMonth),
  }));
  return [
    { resource: 'EKS control plane', amount: monthly(prices.cluster) },
    ...groups,
    {
      resource: `PostgreSQL: ${copies} × ${postgres.instance_class}, ${postgres.allocated_gib} GiB`,
      amount: copies * (of('databases', postgres.instance_class) + databaseDisk),
    },
    ...(replicas === 0
      ? []
      : [
          {
            resource: `PostgreSQL replicas: ${replicas} × ${postgres.replica_class ?? postgres.instance_class}`,
            amount: replicas * (of('databases', postgres.replica_class ?? postgres.instance_class) + databaseDisk),
          },
        ]),
    { resource: `Redis: ${redis.nodes} × ${redis.node_type}`, amount: redis.nodes * of('caches', redis.node_type) },
    {
      resource: `InfluxDB: ${influxdb.instance_type}, ${influxdb.root_gib + influxdb.data_gib} GiB`,
      amount: of('machines', influxdb.instance_type) + (influxdb.root_gib + influxdb.data_gib) * prices.diskGibMonth,
    },
    {
      resource: `Kafka: ${kafka.brokers} × ${kafka.instance_type}, ${kafka.volume_gib} GiB each`,
      amount: kafka.brokers * (of('brokers', kafka.instance_type) + kafka.volume_gib * prices.brokerGibMonth),
    },
    { resource: `NAT gateways: ${sizes.nat_gateways}`, amount: sizes.nat_gateways * monthly(prices.natGateway) },
    {
      resource: `interface endpoints: ${sizes.interface_endpoints.length} in ${sizes.endpoint_zones} zones`,
      amount: sizes.interface_endpoints.length * sizes.endpoint_zones * monthly(prices.interfaceEndpoint),
    },
    // One for operators, one for terminals.
    { resource: 'load balancers: 2', amount: 2 * monthly(prices.loadBalancer) },
  ];
}
