import { z } from 'zod';
import { parseZone } from '@trading/trading-market';
import type { InboundRates } from './inbound-budget';
import { paperTermsSchema } from './paper-terms';

/** An account whose terminal may connect, and what it may do. */
export const accountRegistrationSchema = z.object({
  accountId: z.string().min(1),
  login: z.string().min(1),
  server: z.string().min(1),
  /** Marked for real money; needs `TRADING_MODE=live` too. */
  live: z.boolean().default(false),
  /** Ids of the keys that its terminal may prove itself with; absent: any. */
  keyIds: z.array(z.string().min(1)).exactOptional(),
  /** The broker's time zone: `UTC`, an IANA name or `ny+7`; absent: only what is measured is known. */
  zone: z
    .string()
    .refine((text) => parseZone(text) !== undefined, 'expected UTC, an IANA time zone or ny+7')
    .exactOptional(),
  /** The terminal's names of symbols by ours, such as `{"EURUSD": "EURUSD.m"}`; they come before the suffixes. */
  symbols: z.record(z.string().min(1), z.string().min(1)).exactOptional(),
  /** Endings that the terminal's names have beyond ours, such as `.m`; where several would do, the first. */
  symbolSuffixes: z.array(z.string().min(1)).exactOptional(),
  /** Orders go to our own broker within the gateway; the terminal gives quotes only. */
  paper: paperTermsSchema.exactOptional(),
});
export type AccountRegistration = z.infer<typeof accountRegistrationSchema>;

export interface GatewayConfig {
  readonly gatewayId: string;
  readonly platform: 'MT4' | 'MT5';
  readonly terminalHost: string;
  /** 0: any free port. */
  readonly terminalPort: number;
  /** Shared secrets of terminals by key id. */
  readonly terminalKeys: Readonly<Record<string, Buffer>>;
  readonly accounts: readonly AccountRegistration[];
  readonly tradingMode: 'paper' | 'live';
  /** PEM public keys that approvals may be signed with, by key id. */
  readonly approvalKeys: Readonly<Record<string, string>>;
  /** Bars that terminals are asked to close batches at. */
  readonly subscriptions: readonly { readonly symbol: string; readonly timeframe: string }[];
  /** Stages whose progress ends a barrier of simulated time. */
  readonly stages: readonly string[];
  /** Least wall time between two checkpoints of simulated time. */
  readonly checkpointEveryMs: number;
  /** How long a barrier may stay open before the session begins again. Default 10,000. */
  readonly stagePatienceMs?: number;
  readonly heartbeatMs: number;
  /** How long each message of the handshake may take. Default 5,000. */
  readonly handshakeTimeoutMs?: number;
  /** What one terminal may send. Default 20,000 frames and 32 MiB per second. */
  readonly inboundRates?: InboundRates;
  /** Connections at once that have not proven who they are. Default 64. */
  readonly unprovenLimit?: number;
  /** How long nothing must have got through before ticks of live sessions are conflated. Default 1,000. */
  readonly slowBusMs?: number;
  /** How long a command may stay without its acknowledgement before its outcome is unknown. */
  readonly commandTimeoutMs: number;
}

export const GATEWAY_CONFIG = Symbol('GATEWAY_CONFIG');
