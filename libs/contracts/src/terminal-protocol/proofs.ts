import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What both sides bind their proof to. */
export interface HandshakeFacts {
  readonly keyId: string;
  readonly nonceC: string;
  readonly nonceS: string;
  readonly sid: string;
  readonly login: string;
  readonly server: string;
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 16 random bytes as hex. */
export const newNonce = (): string => randomBytes(16).toString('hex');

/** HMAC-SHA256 (hex) by which the terminal (`ea1`) or the gateway (`gw1`) proves that it holds the key. */
export function handshakeMac(key: Buffer, side: 'ea1' | 'gw1', facts: HandshakeFacts): string {
  const text = [side, facts.keyId, facts.nonceC, facts.nonceS, facts.sid, facts.login, facts.server].join('|');
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Compares two proofs in constant time. */
export function sameMac(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The order comment of a client order id: `Q` and 13 Crockford base-32 characters of its SHA-256. */
export function orderTag(coid: string): string {
  let bits = BigInt(`0x${createHash('sha256').update(coid).digest('hex').slice(0, 18)}`) >> 7n;
  let tag = '';
  for (let i = 0; i < 13; i++) {
    tag = (CROCKFORD[Number(bits & 31n)] ?? '0') + tag;
    bits >>= 5n;
  }
  return `Q${tag}`;
}
