import { randomUUID } from 'node:crypto';
import { terminal } from '@trading/contracts';
import type { AccountRegistration, GatewayConfig } from './gateway-config';
import { PeerFault, shown } from './peer-fault';
import type { TerminalConnection } from './terminal-connection';
import type { UsedNonces } from './used-nonces';

/** A terminal that proved who it is. */
export interface Greeting {
  readonly hello: terminal.Hello;
  readonly account: AccountRegistration;
  readonly sessionId: string;
  /** Proof for the terminal that the gateway holds the key too. */
  readonly mac: string;
}

/** A terminal that is not let in; `code` goes over the wire. */
export class HandshakeRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** How long each message of the handshake may take, unless configured. */
const TIMEOUT_MS = 5_000;
/** Messages that may come before they are asked for. */
const UNREAD_LIMIT = 4;

/** Longest word of a `hello`, and most capabilities. */
const WORD_LIMIT = 128;
const CAPS_LIMIT = 16;

/** Waits for `hello`, challenges, and checks the proof. Throws {@link HandshakeRefused}. */
export async function greet(
  connection: TerminalConnection,
  config: GatewayConfig,
  nonces: UsedNonces,
): Promise<Greeting> {
  const messages = incoming(connection, config.handshakeTimeoutMs ?? TIMEOUT_MS);
  const hello = parse(terminal.helloSchema, await messages.next('hello'));
  requireBrief(hello);
  const account = config.accounts.find((a) => a.login === hello.login && a.server === hello.server);
  const key = Object.hasOwn(config.terminalKeys, hello.keyId) ? config.terminalKeys[hello.keyId] : undefined;
  const sessionId = randomUUID();
  const nonceS = terminal.newNonce();
  connection.send('challenge', { nonceS, sid: sessionId } satisfies terminal.Challenge);
  const { mac } = parse(terminal.authSchema, await messages.next('auth'));
  const facts = {
    keyId: hello.keyId,
    nonceC: hello.nonceC,
    nonceS,
    sid: sessionId,
    login: hello.login,
    server: hello.server,
  };
  if (key === undefined || !terminal.sameMac(mac, terminal.handshakeMac(key, 'ea1', facts))) {
    throw new HandshakeRefused('AUTH_FAILED', 'The proof of the terminal does not match its key.');
  }
  if (nonces.has(hello.keyId, hello.nonceC)) {
    throw new HandshakeRefused('NONCE_USED', 'The proof is of a nonce that was used before.');
  }
  nonces.add(hello.keyId, hello.nonceC);
  if (account === undefined) {
    throw new HandshakeRefused(
      'ACCOUNT_UNKNOWN',
      `No account is registered for login ${hello.login} at ${hello.server}.`,
    );
  }
  if (account.keyIds?.includes(hello.keyId) === false) {
    throw new HandshakeRefused('KEY_OF_ANOTHER', `The key is not one of account ${account.accountId}.`);
  }
  if (hello.platform !== config.platform) {
    throw new HandshakeRefused(
      'PLATFORM_MISMATCH',
      `This gateway serves ${config.platform}, the terminal is ${hello.platform}.`,
    );
  }
  // Of an account on paper the terminal gives quotes only: no order reaches it.
  const mayTrade = account.paper === undefined;
  if (hello.tradeMode === 'REAL' && mayTrade && !(config.tradingMode === 'live' && account.live)) {
    throw new HandshakeRefused(
      'REAL_MONEY_REFUSED',
      'A real account needs TRADING_MODE=live and an account marked live.',
    );
  }
  messages.requireSilence();
  connection.prove();
  return { hello, account, sessionId, mac: terminal.handshakeMac(key, 'gw1', facts) };
}

/** What a terminal says of itself is stored and shown: nothing of it may be long. */
function requireBrief(hello: terminal.Hello): void {
  const words = Object.values(hello).filter((value): value is string => typeof value === 'string');
  const isBrief = [...words, ...hello.caps].every((word) => word.length <= WORD_LIMIT && !word.includes('\0'));
  if (!isBrief || hello.caps.length > CAPS_LIMIT || !Number.isSafeInteger(hello.epoch) || hello.epoch < 0) {
    throw new HandshakeRefused('MESSAGE_INVALID', 'A handshake message says more than anybody needs to know.');
  }
}

function parse<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  value: unknown,
): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new HandshakeRefused('MESSAGE_INVALID', 'A handshake message does not have the form of the protocol.');
  return parsed.data;
}

/** Messages of the handshake one at a time, each within its time. */
function incoming(
  connection: TerminalConnection,
  timeoutMs: number,
): { next(type: string): Promise<unknown>; requireSilence(): void } {
  const arrived: terminal.Envelope[] = [];
  let wake: (() => void) | undefined;
  let closed = false;
  let isOver = false;
  connection.listen({
    onMessage: (message) => {
      if (isOver) connection.fail(new PeerFault('MESSAGE_UNEXPECTED', 'A message came before the welcome.'));
      arrived.push(message);
      if (arrived.length > UNREAD_LIMIT) {
        connection.fail(new PeerFault('MESSAGE_UNEXPECTED', 'More messages than a handshake has.'));
      }
      wake?.();
    },
    onClose: () => {
      closed = true;
      wake?.();
    },
  });
  return {
    requireSilence() {
      if (arrived.length > 0) throw new HandshakeRefused('MESSAGE_UNEXPECTED', 'A message came before the welcome.');
      isOver = true;
    },
    async next(type) {
      const deadline = Date.now() + timeoutMs;
      while (arrived.length === 0) {
        const left = deadline - Date.now();
        if (closed || left <= 0) throw new HandshakeRefused('HANDSHAKE_TIMEOUT', `No ${type} came in time.`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const message = arrived.shift();
      if (message?.t !== type) {
        throw new HandshakeRefused('MESSAGE_UNEXPECTED', `Expected ${type}, not ${shown(message?.t ?? '')}.`);
      }
      return message.d;
    },
  };
}
