import { kafkaClient } from './connection';
import type { ConsumerOptions } from './consumer-options';

/** Removes a group that nobody comes back to; where that fails it disappears by itself in time. */
export async function removeGroup({ connection, groupId }: ConsumerOptions): Promise<void> {
  const admin = kafkaClient(connection).admin({ retry: { retries: 1 } });
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch {
    // It holds no positions and no members.
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
