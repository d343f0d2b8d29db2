import { z } from 'zod';
import type { ProcessLifecycle } from '@trading/platform-bootstrap';
import { FolderObjectStore, S3ObjectStore, type ObjectStore } from '@trading/platform-object-store';

/** The variables of a process that keeps objects, such as models. */
export function objectStoreVariables() {
  return {
    MODEL_STORE_PATH: z
      .string()
      .min(1)
      .refine((path) => !path.includes('://') || isBucket(path), 'expected a folder or s3://bucket/prefix')
      .default('.data/models')
      .describe('Folder that models are read from, made when it does not exist, or `s3://bucket/prefix`.'),
    S3_ENDPOINT: z
      .string()
      .refine((url) => /^https?:\/\//.test(url) && URL.canParse(url), 'expected http://host:port or https://host:port')
      .optional()
      .meta({
        description: 'Another server that speaks S3; without it AWS. Credentials come as the AWS SDK finds them.',
        type: 'URL',
      }),
  };
}

type ObjectStoreConfig = z.infer<z.ZodObject<ReturnType<typeof objectStoreVariables>>>;

/** Where objects are kept: a folder, or a bucket of S3. */
export async function openObjectStore(
  service: string,
  { MODEL_STORE_PATH: path, S3_ENDPOINT: endpoint }: ObjectStoreConfig,
  lifecycle: ProcessLifecycle,
): Promise<ObjectStore> {
  if (!path.includes('://')) return FolderObjectStore.open(path, { create: true });
  const { hostname: bucket, pathname } = new URL(path);
  const store = await S3ObjectStore.open({ bucket, prefix: pathname.replace(/^\/+|\/+$/g, ''), endpoint });
  lifecycle.addClosing('object store', () => store.close());
  lifecycle.health.registerProbe(service, { name: 'object-store', kind: 'degraded', check: () => store.ping() });
  return store;
}

const isBucket = (path: string): boolean => /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(path);
