import { z } from 'zod';

/* Terminal → gateway `hello`, `auth`; gateway → terminal `challenge`, `welcome` or `reject`. */

export const helloSchema = z.object({
  proto: z.literal(1),
  eaVersion: z.string(),
  platform: z.enum(['MT4', 'MT5']),
  build: z.string(),
  login: z.string(),
  server: z.string(),
  company: z.string(),
  currency: z.string(),
  leverage: z.number().int(),
  marginMode: z.enum(['NETTING', 'HEDGING']),
  tradeMode: z.enum(['DEMO', 'CONTEST', 'REAL']),
  tradeAllowed: z.boolean(),
  connected: z.boolean(),
  /**
   * `lockstep`: simulated time, see {@link simDoneSchema}. `broker-time`: a terminal without lockstep whose times of the
   * broker (of ticks, accounts, orders, deals, positions, bars and history, either way) are its server's local times,
   * written as if they were UTC; the gateway converts them. `ts`, `notAfter` and times of the handshake are UTC always.
   */
  caps: z.array(z.string()),
  keyId: z.string(),
  nonceC: z.string(),
  journalId: z.string(),
  /** The highest fencing epoch that the terminal's journal holds. */
  epoch: z.number().int(),
  /** The reliable sequences that the terminal still has: from the first to the last; absent: from the first ever. */
  resume: z.object({ first: z.number().int(), last: z.number().int() }).optional(),
});
export type Hello = z.infer<typeof helloSchema>;

export const challengeSchema = z.object({ nonceS: z.string(), sid: z.string() });
export type Challenge = z.infer<typeof challengeSchema>;

export const authSchema = z.object({ mac: z.string() });
export type Auth = z.infer<typeof authSchema>;

/**
 * `resumeFrom`: the last reliable sequence that the gateway has. A `lockstep` terminal goes back to barrier
 * `resumeBarrier` instead and plays everything after it again, reliable events included, with their old sequences.
 */
export const welcomeSchema = z.object({
  mac: z.string(),
  hbMs: z.number().int(),
  resumeFrom: z.number().int(),
  resumeBarrier: z.number().int(),
  epoch: z.number().int(),
  subscribe: z.array(z.object({ symbol: z.string(), timeframe: z.string() })),
  /** The gateway cannot go on after `resumeFrom`: it compares everything first, and takes no submits meanwhile. */
  fullSync: z.boolean().optional(),
});
export type Welcome = z.infer<typeof welcomeSchema>;

export const rejectSchema = z.object({ code: z.string(), message: z.string() });
export type Reject = z.infer<typeof rejectSchema>;
