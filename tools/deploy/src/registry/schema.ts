import { z } from 'zod';

/** In the order in which their ports count up side by side on one host. */
export const SERVICE_NAMES = [
  'prediction',
  'decision',
  'execution',
  'risk-manager',
  'mt4-gateway',
  'mt5-gateway',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

export const STORE_NAMES = ['postgres', 'redis', 'influxdb', 'kafka', 'models', 'collector'] as const;
export type StoreName = (typeof STORE_NAMES)[number];

/** Where charts are installed. */
export const TIERS = ['kind', 'staging', 'production', 'production-dr'] as const;
export type Tier = (typeof TIERS)[number];

const port = z.int().min(1).max(65_535);
const cpu = z.string().regex(/^(\d+m|\d+(\.\d+)?)$/, 'expected a quantity of processors such as 250m or 2');
const memory = z.string().regex(/^\d+(Mi|Gi)$/, 'expected a quantity of memory such as 512Mi or 2Gi');
const resources = z.strictObject({ cpu, memory });

const size = z
  .strictObject({
    replicas: z.int().min(0).describe('Replicas at the start, and the least where they are scaled.'),
    maxReplicas: z.int().min(1).optional().describe('The most that scaling may reach.'),
    requests: resources,
    limits: resources,
  })
  .refine(({ replicas, maxReplicas }) => maxReplicas === undefined || maxReplicas >= replicas, {
    path: ['maxReplicas'],
    message: 'expected at least as many as replicas',
  });

const service = z
  .strictObject({
    about: z.string().min(1),
    role: z
      .enum(['singleton', 'stateless', 'lag'])
      .describe('How it is replaced and scaled: never twice; by load; by what its consumers are behind.'),
    nodes: z
      .enum(['general', 'ml', 'high-memory'])
      .describe('The group of nodes that it runs on, where there are any.'),
    schema: z
      .string()
      .regex(/^[a-z_]+$/)
      .describe('Its schema in PostgreSQL.'),
    terminals: z
      .strictObject({ port, tls: z.boolean().describe('Whether its balancer ends TLS.') })
      .optional()
      .describe('The port that terminals dial.'),
    calls: z.array(z.enum(SERVICE_NAMES)).describe('Services that it calls by gRPC.'),
    publishes: z.array(z.string()),
    consumes: z.array(z.string()),
    scaledBy: z.string().optional().describe('The consumed topic whose lag scales it.'),
    stores: z.array(z.enum(STORE_NAMES)),
    size: z.strictObject({ kind: size, staging: size, production: size, 'production-dr': size }),
  })
  .superRefine(({ role, size: sizes, scaledBy, consumes }, context) => {
    for (const tier of TIERS) {
      const { replicas, maxReplicas } = sizes[tier];
      const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['size', tier], message });
      if (role === 'singleton' && (replicas > 1 || maxReplicas !== undefined)) {
        refuse('a singleton has at most one replica and is not scaled');
      }
      if (role !== 'singleton' && replicas < 1) refuse('expected at least one replica');
      if (role !== 'singleton' && tier !== 'kind' && maxReplicas === undefined) refuse('expected maxReplicas');
    }
    if ((role === 'lag') !== (scaledBy !== undefined)) {
      context.addIssue({ code: 'custom', path: ['scaledBy'], message: 'belongs to the role lag, and only to it' });
    }
    if (scaledBy !== undefined && !consumes.includes(scaledBy)) {
      context.addIssue({ code: 'custom', path: ['scaledBy'], message: `${scaledBy} is not among what it consumes` });
    }
  });

const store = z.strictObject({ port, secret: z.string().optional().describe('The Secret with its credentials.') });
const client = z.strictObject({ calls: z.array(z.enum(SERVICE_NAMES)) });

/** The registry of services, as `deploy/services.yaml` has it. */
export const registrySchema = z.strictObject({
  ports: z.strictObject({ http: port, grpc: port }),
  stores: z.strictObject(
    Object.fromEntries(STORE_NAMES.map((name) => [name, store])) as Record<StoreName, typeof store>,
  ),
  clients: z.record(z.string(), client),
  services: z.strictObject(
    Object.fromEntries(SERVICE_NAMES.map((name) => [name, service])) as Record<ServiceName, typeof service>,
  ),
});

export type Registry = z.infer<typeof registrySchema>;
export type Service = z.infer<typeof service>;
