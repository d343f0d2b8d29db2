import { terminal } from '@trading/contracts';
import type { GatewayConnection } from './gateway-connection';

/** The gateway does not let this terminal in, or is not the gateway that it should be. */
export class HandshakeFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 5000;

/** Who a terminal says it is. */
export interface TerminalIdentity {
  /** Names the key that both sides share. */
  readonly keyId: string;
  readonly login: string;
  readonly server: string;
  readonly company: string;
  readonly currency: string;
  readonly leverage: number;
  /** It plays in simulated time, see `sim.mark`. */
  readonly lockstep: boolean;
  /** MT5 when absent. */
  readonly platform?: 'MT4' | 'MT5';
  /** NETTING when absent. */
  readonly marginMode?: 'NETTING' | 'HEDGING';
  /** Times in messages are those of the broker's server. */
  readonly saysBrokerTime?: boolean;
}

/** What the terminal's journal says in a handshake. */
export interface JournalFacts {
  readonly journalId: string;
  readonly epoch: number;
  /** The reliable sequences that are kept; absent: all since the first. */
  readonly resume?: { readonly first: number; readonly last: number };
}

/** Says hello and proves both sides to each other. @throws HandshakeFailed, ConnectionLost */
export async function shakeHands(
  connection: GatewayConnection,
  identity: TerminalIdentity,
  key: Buffer,
  journal: JournalFacts,
): Promise<terminal.Welcome> {
  const nonceC = terminal.newNonce();
  const { keyId, login, server, company, currency, leverage, lockstep } = identity;
  const { platform = 'MT5', marginMode = 'NETTING', saysBrokerTime = false } = identity;
  connection.send('hello', {
    proto: 1,
    eaVersion: 'simulator-1',
    platform,
    build: '0',
    login,
    server,
    company,
    currency,
    leverage,
    marginMode,
    tradeMode: 'DEMO',
    tradeAllowed: true,
    connected: true,
    caps: [...(lockstep ? ['lockstep'] : []), ...(saysBrokerTime ? ['broker-time'] : [])],
    keyId,
    nonceC,
    journalId: journal.journalId,
    epoch: journal.epoch,
    ...(journal.resume && { resume: journal.resume }),
  } satisfies terminal.Hello);
  const { nonceS, sid } = expect(terminal.challengeSchema, 'challenge', await next(connection));
  const facts = { keyId, nonceC, nonceS, sid, login, server };
  connection.send('auth', { mac: terminal.handshakeMac(key, 'ea1', facts) } satisfies terminal.Auth);
  const welcome = expect(terminal.welcomeSchema, 'welcome', await next(connection));
  if (!terminal.sameMac(welcome.mac, terminal.handshakeMac(key, 'gw1', facts))) {
    throw new HandshakeFailed('GATEWAY_UNPROVEN', 'The gateway does not prove that it holds the key.');
  }
  return welcome;
}

function expect<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  type: string,
  message: terminal.Envelope,
): T {
  if (message.t === 'reject') {
    const reject = terminal.rejectSchema.safeParse(message.d);
    throw new HandshakeFailed(reject.data?.code ?? 'REJECTED', reject.data?.message ?? 'The gateway refuses.');
  }
  const parsed = schema.safeParse(message.d);
  if (message.t === type && parsed.success) return parsed.data;
  throw new HandshakeFailed('MESSAGE_UNEXPECTED', `The gateway sent ${message.t} where ${type} was due.`);
}

/** The next message within its time. */
async function next(connection: GatewayConnection): Promise<terminal.Envelope> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new HandshakeFailed('HANDSHAKE_TIMEOUT', 'The gateway does not answer.')),
    TIMEOUT_MS,
  );
  try {
    return await connection.nextMessage(timeout.signal);
  } finally {
    clearTimeout(timer);
  }
}
