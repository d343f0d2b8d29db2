import { createHash } from 'node:crypto';

/** Crockford's base32 in small letters: no i, l, o, u, so that ids survive being read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 26 letters are 130 bits, and fit into the 31 characters of a MetaTrader order's comment. */
const LENGTH = 26;

export interface DecisionParts {
  readonly runId: string;
  readonly accountId: string;
  readonly strategyId: string;
  readonly symbol: string;
  /** Sequence number of what triggered the decision. */
  readonly triggerSeq: number | string;
}

/** The same decision has the same id in every run of the same events; no two decisions share one. */
export function decisionId({ runId, accountId, strategyId, symbol, triggerSeq }: DecisionParts): string {
  return idOf('decision', runId, accountId, strategyId, symbol, String(triggerSeq));
}

/** Client order id (`coid`) of one leg of a decision. */
export function clientOrderId(decision: string, leg: number | string): string {
  return idOf('order', decision, String(leg));
}

/** Client order id of one order of an operator's request, named by its part: sending it again gives the same orders. */
export function operatorOrderId(accountId: string, requestId: string, n: number | string): string {
  return idOf('operator', accountId, requestId, String(n));
}

function idOf(...parts: readonly string[]): string {
  // JSON keeps the parts apart: ("a", "bc") and ("ab", "c") must not meet.
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  let id = '';
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5;) {
      bits -= 5;
      id += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return id.slice(0, LENGTH);
}
