import { DatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';

/** PostgreSQL's words for a character that its text and its JSON cannot hold, such as the NUL that protobuf lets through. */
const UNSTORABLE: readonly unknown[] = ['22021', '22P05'];

/** What a caller is told whose text holds a character that cannot be stored; undefined for other errors. */
export function unstorableText(error: unknown): RpcError | undefined {
  if (!(error instanceof Error) || !UNSTORABLE.includes(stateOf(error))) return undefined;
  const message = 'A text of the request holds a character that cannot be stored, such as NUL.';
  return new RpcError('INVALID_ARGUMENT', 'TEXT_INVALID', message, {}, { cause: error });
}

/** Time series throw what the driver throws. */
function stateOf(error: Error): unknown {
  if (error instanceof DatabaseError) return error.sqlState;
  return 'code' in error ? error.code : undefined;
}
