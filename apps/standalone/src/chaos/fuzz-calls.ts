import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { decision, execution, gateway, prediction, risk } from '@trading/contracts';
import { methodsOf, type HostileMethod } from './rpc-methods';
import type { Seeded } from './seeded';

/** What the doors made of hostile calls. */
export interface CallFuzz {
  readonly calls: number;
  readonly methods: number;
  /** Answers by gRPC status, `OK` among them. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

const DEFINITIONS = [
  execution.ExecutionServiceService,
  risk.RiskManagerServiceService,
  gateway.GatewayServiceService,
  decision.DecisionServiceService,
  prediction.PredictionServiceService,
];
const DEADLINE_MS = 20_000;
const AT_ONCE = 16;
/** An account that nobody has: whatever is asked of it with a service's token concerns nobody. */
const NOBODY = 'FUZZ-1';
const STATUS = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/**
 * Calls every method of every service with noise, with cut and changed messages, and with well-formed nonsense: without
 * a token for real accounts, with a service's for accounts that do not exist.
 */
export async function fuzzCalls(
  address: string,
  serviceToken: string,
  accountId: string,
  count: number,
  random: Seeded,
): Promise<CallFuzz> {
  const client = new Client(address, credentials.createInsecure());
  const methods = DEFINITIONS.flatMap((definition) => methodsOf(definition));
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  const one = async (turn: number): Promise<void> => {
    const method = methods[turn % methods.length];
    if (method === undefined) return;
    const withToken = random.isWithin(0.5);
    const bytes = hostileRequest(random, method.request, withToken ? NOBODY : accountId);
    const metadata = new Metadata();
    if (withToken) metadata.set('authorization', `Bearer ${serviceToken}`);
    else if (random.isWithin(0.3)) metadata.set('authorization', random.pick(['Bearer x', 'Basic', 'Bearer ']));
    const { status, said } = await call(client, method.path, bytes, metadata, method.isStream);
    answers[status] = (answers[status] ?? 0) + 1;
    const isDefect = DEFECTS.has(status) && isDecodable(method, bytes);
    if (isDefect && failures.length < 10) {
      failures.push(`${method.path} answered ${status} (${said}) to ${bytes.toString('hex').slice(0, 200)}`);
    }
  };
  try {
    for (let turn = 0; turn < count; turn += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - turn) }, (_, i) => one(turn + i)));
    }
  } finally {
    client.close();
  }
  return { calls: count, methods: methods.length, answers, failures };
}

/** What no message that can be read may bring about: the service did not expect it. */
const DEFECTS: ReadonlySet<string> = new Set(['INTERNAL', 'DEADLINE_EXCEEDED', 'UNKNOWN']);

function isDecodable(method: HostileMethod, bytes: Buffer): boolean {
  try {
    method.request.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

interface Answer {
  readonly status: string;
  /** What the service said of a refusal. */
  readonly said: string;
}

const same = (bytes: Buffer): Buffer => bytes;

function call(client: Client, path: string, bytes: Buffer, metadata: Metadata, isStream: boolean): Promise<Answer> {
  const options = { deadline: Date.now() + DEADLINE_MS };
  const answer = (error: ServiceError | null): Answer => ({
    status: STATUS[error === null ? 0 : error.code] ?? String(error?.code),
    said: error?.details ?? '',
  });
  return new Promise((resolve) => {
    if (!isStream) {
      client.makeUnaryRequest(path, same, same, bytes, metadata, options, (error) => resolve(answer(error)));
      return;
    }
    const stream = client.makeServerStreamRequest(path, same, same, bytes, metadata, options);
    // A stream that was let in has nothing to say here: it is ended by us.
    const timer = setTimeout(() => {
      resolve(answer(null));
      stream.cancel();
    }, 30);
    stream.on('data', () => undefined);
    stream.on('error', (error: ServiceError) => {
      clearTimeout(timer);
      resolve(answer(error));
    });
    stream.on('end', () => {
      clearTimeout(timer);
      resolve(answer(null));
    });
  });
}

type Encode = (fields: Readonly<Record<string, unknown>>) => Buffer;

function hostileRequest(random: Seeded, { encode, fields }: Requests, accountId: string): Buffer {
  const kind = random.integer(0, 3);
  if (kind === 0) return random.bytes(random.integer(0, 80));
  const message = encode(hostileFields(random, fields, accountId));
  if (kind === 1 || message.length === 0) return message;
  const bytes = Buffer.from(message);
  if (kind === 2) return bytes.subarray(0, random.integer(0, bytes.length));
  bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
  return bytes;
}

interface Requests {
  readonly encode: Encode;
  /** Every field of the request with its default. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const TEXTS = [
  '',
  'x',
  'EURUSD',
  '-1',
  '0.1',
  'NaN',
  '1e400',
  '\u0000',
  'a'.repeat(5_000),
  "'; DROP TABLE orders; --",
  '../..',
  '{}',
];
const NUMBERS = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];

function hostileField(random: Seeded, name: string, value: unknown, accountId: string): unknown {
  if (name === 'accountId') return random.isWithin(0.8) ? accountId : random.pick(TEXTS);
  switch (typeof value) {
    case 'string':
      // The codec writes no word that its enumeration lacks; changed bytes do.
      return value.endsWith('_UNSPECIFIED') ? value : random.pick(TEXTS);
    case 'number':
      return random.pick(NUMBERS);
    case 'boolean':
      return random.isWithin(0.5);
    case 'object':
      return isFields(value) ? hostileFields(random, value, accountId) : value;
    default:
      return value;
  }
}

const isFields = (value: object | null): value is Readonly<Record<string, unknown>> =>
  value !== null && !Array.isArray(value) && !Buffer.isBuffer(value) && !(value instanceof Uint8Array);

function hostileFields(
  random: Seeded,
  fields: Readonly<Record<string, unknown>>,
  accountId: string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, hostileField(random, name, value, accountId)]),
  );
}
