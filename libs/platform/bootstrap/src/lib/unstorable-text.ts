import { DatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';

/** PostgreSQL's word for a character that text of its encoding cannot hold, such as the NUL that protobuf lets through. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

/** What a caller is told whose text holds a character that cannot be stored; undefined for other errors. */
export function unstorableText(error: unknown): RpcError | undefined {
  if (!(error instanceof Error) || stateOf(error) !== CHARACTER_NOT_IN_REPERTOIRE) return undefined;
  const message = 'A text of the request holds a character that cannot be stored, such as NUL.';
  return new RpcError('INVALID_ARGUMENT', 'TEXT_INVALID', message, {}, { cause: error });
}

/** Time series throw what the driver throws. */
function stateOf(error: Error): unknown {
  if (error instanceof DatabaseError) return error.sqlState;
  return 'code' in error ? error.code : undefined;
}
