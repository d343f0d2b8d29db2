import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { RpcError } from './rpc-error';

/**
 * The tokens that let callers in. One that is not configured lets nobody in. Several, separated by commas or line ends,
 * are all valid: while tokens are rotated, some callers have the old one and some the new. What is here is read for
 * every call, so an object with getters may change (see `openTokenFiles`).
 */
export interface AccessTokens {
  /** People's: changes of trading state, limits and models. */
  readonly operator?: string | undefined;
  /** Services' among each other. */
  readonly service?: string | undefined;
}

/** Injection token of the {@link AccessTokens}. */
export const ACCESS_TOKENS = Symbol('ACCESS_TOKENS');

export type Caller = 'operator' | 'service';

/**
 * Lets only the operator's token pass (`authorization: Bearer <token>`).
 *
 * @throws {RpcError} UNAUTHENTICATED without a known token, PERMISSION_DENIED with a service's
 */
export function requireOperator(metadata: Metadata, tokens: AccessTokens): 'operator' {
  if (requireServiceOrOperator(metadata, tokens) !== 'operator') {
    throw new RpcError('PERMISSION_DENIED', 'OPERATOR_REQUIRED', "This call needs an operator's token.");
  }
  return 'operator';
}

/**
 * Lets a service's or the operator's token pass and says which it was.
 *
 * @throws {RpcError} UNAUTHENTICATED without a known token
 */
export function requireServiceOrOperator(metadata: Metadata, tokens: AccessTokens): Caller {
  const [header] = metadata.get('authorization');
  const given = /^Bearer +(\S+)$/i.exec(header?.toString() ?? '')?.[1];
  if (given === undefined) {
    throw new RpcError('UNAUTHENTICATED', 'TOKEN_MISSING', 'This call needs a token: authorization: Bearer <token>.');
  }
  // Both are compared whatever the first says, so that time tells nothing.
  const isOperator = isSame(given, tokens.operator);
  const isService = isSame(given, tokens.service);
  if (isOperator) {
    return 'operator';
  }
  if (isService) {
    return 'service';
  }
  throw new RpcError('UNAUTHENTICATED', 'TOKEN_INVALID', 'The token is not valid.');
}

/** The tokens of a list, the first of which is the one to send. */
export function tokensIn(list: string | undefined): readonly string[] {
  return (list ?? '').split(/[\s,]+/).filter((token) => token !== '');
}

function isSame(given: string, list: string | undefined): boolean {
  const digest = digestOf(given);
  // Digests have one length, and all are compared: the comparison takes the same time for every token.
  return digestsOf(list ?? '').reduce((isOne, expected) => timingSafeEqual(digest, expected) || isOne, false);
}

/** Digests of configured lists, which are few and change rarely; tokens of callers are never kept. */
const known = new Map<string, readonly Buffer[]>();
const MOST_KNOWN = 16;

function digestsOf(list: string): readonly Buffer[] {
  let digests = known.get(list);
  if (digests === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    digests = tokensIn(list).map(digestOf);
    known.set(list, digests);
  }
  return digests;
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
