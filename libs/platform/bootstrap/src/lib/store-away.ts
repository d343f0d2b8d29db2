import { TransientDatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';

/**
 * What a caller is told when the database does not answer for the moment: that the service is not there for it, as if it
 * were away itself, so that it waits, tries again or begins again, and takes nothing for refused. Undefined for other
 * errors.
 */
export function storeAway(error: unknown): RpcError | undefined {
  if (!(error instanceof TransientDatabaseError)) return undefined;
  const message = "The service's database does not answer at the moment.";
  return new RpcError('UNAVAILABLE', 'DATABASE_AWAY', message, {}, { cause: error });
}
