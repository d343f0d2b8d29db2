import { faultPlan, type SimulatorConfigInput } from '@trading/service-terminal-simulator';
import { TERMINAL_KEY_ID, type Traded } from '../e2e/fleet-environment';
import type { Seeded } from './seeded';

/** An account that trades live while the system is broken. */
export interface LiveAccount {
  readonly accountId: string;
  readonly platform: 'MT4' | 'MT5';
  readonly isHedging: boolean;
  /** A strategy trades it; the others an operator does. */
  readonly isAutomatic: boolean;
  /** Lots that a quote offers: fills come in parts. */
  readonly fillVolumePerTick?: string;
  /** The broker takes stops only once a position is open. */
  readonly stopsOnOpen?: 'AFTER';
}

/** One of each kind that is different to a terminal or to the books. */
export const LIVE_ACCOUNTS: readonly LiveAccount[] = [
  { accountId: 'AUTO-1', platform: 'MT5', isHedging: false, isAutomatic: true },
  { accountId: 'NET-1', platform: 'MT5', isHedging: false, isAutomatic: false, fillVolumePerTick: '0.05' },
  { accountId: 'HEDGE-1', platform: 'MT5', isHedging: true, isAutomatic: false, stopsOnOpen: 'AFTER' },
  { accountId: 'OLD-1', platform: 'MT4', isHedging: true, isAutomatic: false },
];

export const LIVE_SYMBOLS = ['EURUSD', 'GBPUSD'] as const;

/** Data goes this much faster than the clock on the wall: there is a quote of each symbol every half second. */
const SPEED = 30;
const DAY_MS = 86_400_000;

export const LIVE_TRADED: Traded = {
  accounts: LIVE_ACCOUNTS.map(({ accountId }) => accountId),
  symbols: LIVE_SYMBOLS,
  timeframe: 'M1',
  strategy: { name: 'sma-cross', parameters: { fast: 1, slow: 2, stopAtr: 1 } },
  mt4: LIVE_ACCOUNTS.filter(({ platform }) => platform === 'MT4').map(({ accountId }) => accountId),
  byHand: LIVE_ACCOUNTS.filter(({ isAutomatic }) => !isAutomatic).map(({ accountId }) => accountId),
};

/**
 * An order is seconds of the data's time on its way, and what nobody has heard of is given up a minute after the last
 * moment at which it could have been sent: four minutes of the data leave 8 s for the way.
 */
export const LIVE_LIMITS = {
  maxQuoteAgeMs: 30 * DAY_MS,
  approvalLifetimeMs: 240_000,
  duplicateGuardMs: 0,
  maxOrdersPerMinute: 0,
};

export type TerminalConfig = Omit<SimulatorConfigInput, 'gateway' | 'keyFile' | 'stateFolder' | 'fingerprint'>;

/** Faults of one terminal in a round. */
const FAULTS = 14;
/** Of the commands and steps of a terminal, those that faults are drawn for. */
const FAULTS_UP_TO = 40;

/** The terminal of an account; with a source of its own it goes wrong by a plan drawn from it. */
export function terminalOf(account: LiveAccount, files: readonly string[], faults: Seeded | undefined): TerminalConfig {
  const { accountId, platform, isHedging, fillVolumePerTick, stopsOnOpen } = account;
  const plan = faultPlan(faults?.integer(1, 1_000_000) ?? 0, faults === undefined ? 0 : FAULTS, {
    platform,
    lockstep: false,
    upTo: FAULTS_UP_TO,
  });
  return {
    login: accountId,
    keyId: TERMINAL_KEY_ID,
    platform,
    marginMode: isHedging ? 'HEDGING' : 'NETTING',
    expiry: 'arrival',
    deposit: '100000',
    commissionPerLot: '7',
    ...(fillVolumePerTick !== undefined && { fillVolumePerTick }),
    lockstep: false,
    speed: SPEED,
    ticksPerFrame: 1,
    faults: plan,
    feeds: LIVE_SYMBOLS.map((symbol, index) => ({
      symbol,
      files: [files[index] ?? ''],
      zone: 'UTC',
      instrument: stopsOnOpen === undefined ? {} : { stopsOnOpen },
    })),
  };
}
