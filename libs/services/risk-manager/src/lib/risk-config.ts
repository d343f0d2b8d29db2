import type { RiskLimits } from '@trading/trading-risk';

export interface RiskManagerConfig {
  /** PEM private key (Ed25519) that approvals are signed with, and the id under which gateways know its public half. */
  readonly signingKey: string;
  readonly signingKeyId: string;
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
