import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { RegistryInvalid } from '../registry/registry';
import { STORE_NAMES, TIERS, type StoreName, type Tier } from '../registry/schema';

const cidr = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'expected addresses such as 10.0.0.0/16');
const words = z.record(z.string(), z.string());

const store = z
  .strictObject({
    cidrs: z.array(cidr).min(1).optional().describe('Of its subnets, where it lies outside of the cluster.'),
    pods: words.optional().describe('Labels of its pods, where it lies inside.'),
    namespace: z.string().optional().describe('Of its pods, where it is not that of the services.'),
    port: z.int().optional().describe("Where it is not the registry's."),
    url: z.string().optional().describe('Where services find it, if no Secret says so.'),
  })
  .refine(({ cidrs, pods }) => (cidrs === undefined) !== (pods === undefined), 'expected either cidrs or pods');

const ingress = z.strictObject({
  className: z.string(),
  domain: z.string().describe('A service is `<service><suffix>.<domain>`, its gRPC `<service>-grpc<suffix>.<domain>`.'),
  suffix: z.string(),
  cidrs: z.array(cidr).min(1).describe('Addresses that the balancers call pods from.'),
  annotations: words,
  http: words,
  grpc: words,
  deregistration: z.string().optional().describe("Annotation that takes the balancers' deregistration delay."),
});

const terminals = z.strictObject({
  type: z.enum(['LoadBalancer', 'ClusterIP', 'NodePort']),
  class: z.string().optional(),
  sourceRanges: z.array(cidr).optional(),
  annotations: words.optional(),
  tls: words.optional().describe('Annotations of a balancer that ends TLS.'),
  pods: words.optional().describe('Labels of terminals that run in the cluster.'),
});

const tier = z.strictObject({
  namespace: z.string(),
  registry: z.string().describe('Before the names of images.'),
  tradingMode: z.enum(['paper', 'live']),
  nodeGroups: z.array(z.enum(['general', 'ml', 'high-memory'])).describe('Those that there are; {} for any node.'),
  zones: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
  grpcTls: z.boolean().describe('Whether services talk TLS, with certificates of the Secret grpc-tls.'),
  roles: z.boolean().describe('Whether each service has a role of its own in PostgreSQL.'),
  monitors: z.boolean().describe('Whether the cluster knows ServiceMonitors.'),
  stores: z.strictObject(
    Object.fromEntries(STORE_NAMES.map((name) => [name, store.optional()])) as Record<
      StoreName,
      z.ZodOptional<typeof store>
    >,
  ),
  kafka: z.strictObject({ replication: z.int().min(1), sasl: z.boolean().describe('With TLS.') }),
  models: z.string().describe('MODEL_STORE_PATH.'),
  identity: z.strictObject({ cidr, port: z.int() }).optional().describe('Where pods ask for identities of the cloud.'),
  ingress: ingress.optional(),
  terminals,
  secrets: z
    .strictObject({
      provider: z.record(z.string(), z.unknown()).describe('As External Secrets has it.'),
      prefix: z.string().describe('Before the names of secrets in the store.'),
      kafka: z.string().optional().describe('Name of the secret of Kafka in the store.'),
    })
    .optional()
    .describe('Where secrets come from; without it somebody makes them.'),
  config: z.record(z.string(), words).optional().describe('Variables of services: accounts, strategies, series.'),
});

const schema = z.strictObject({
  tiers: z.strictObject(Object.fromEntries(TIERS.map((name) => [name, tier])) as Record<Tier, typeof tier>),
});

export type TierSettings = z.infer<typeof tier>;
export type TierStore = z.infer<typeof store>;

/** Reads `deploy/tiers.yaml` of the workspace at `root`. Throws {@link RegistryInvalid}. */
export function readTiers(root: string): Readonly<Record<Tier, TierSettings>> {
  const file = join(root, 'deploy/tiers.yaml');
  return parseTiers(readFileSync(file, 'utf8'), file);
}

/** Parses the text of such a file; `file` is what errors call it. Throws {@link RegistryInvalid}. */
export function parseTiers(text: string, file: string): Readonly<Record<Tier, TierSettings>> {
  const parsed = schema.safeParse(parse(text, { merge: true }));
  if (parsed.success) return parsed.data.tiers;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(the file)'}: ${message}`);
  throw new RegistryInvalid(file, problems);
}
