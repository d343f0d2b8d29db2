import type { RiskLimits } from '@trading/trading-risk';
import type { SigningKeys } from './approval-signer';

export interface RiskManagerConfig {
  /** PEM private key (Ed25519) that approvals are signed with, and the id under which gateways know its public half. */
  readonly signingKey: string;
  readonly signingKeyId: string;
  /** Other keys by id, such as the one that signed before: what they signed stays as it is. */
  readonly otherSigningKeys?: Readonly<Record<string, string>>;
  /** A file of signing keys that is used instead, and read again when it changes: `{"active","keys":{id: PEM}}`. */
  readonly signingKeyringFile?: string;
  /** Limits of an account that has none of its own yet. */
  readonly defaultLimits: RiskLimits;
  /**
   * Demo accounts that are enabled when they are first seen, unless the account that they follow is halted; every
   * other account starts HALTED.
   */
  readonly enableOnCreation: readonly { readonly accountId: string; readonly unlessHalted?: string }[];
  readonly tradingMode: 'paper' | 'live';
}

export const RISK_MANAGER_CONFIG = Symbol('RISK_MANAGER_CONFIG');

export function signingKeysOf(
  config: Pick<RiskManagerConfig, 'signingKey' | 'signingKeyId' | 'otherSigningKeys'>,
): SigningKeys {
  const { signingKey, signingKeyId: activeId, otherSigningKeys } = config;
  return { activeId, keys: { ...otherSigningKeys, [activeId]: signingKey } };
}
