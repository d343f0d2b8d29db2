import { z } from 'zod';

/*
 * Messages of the terminal protocol, version 1. Prices and volumes are decimal strings with the symbol's digits,
 * tickets and magics strings, times integer UTC microseconds. Schemas are what the reader of a message checks; the
 * writer uses the types.
 */

const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal number as a string');
const side = z.enum(['BUY', 'SELL']);
const us = z.number().int();

/** The envelope around every message: version, type, id of a request, id it answers, reliable sequence, acknowledged sequence, wall-clock time. */
export const envelopeSchema = z.object({
  v: z.literal(1),
  t: z.string(),
  id: z.string().optional(),
  re: z.string().optional(),
  seq: us.optional(),
  ack: us.optional(),
  ts: us,
  d: z.unknown(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export const instrumentSchema = z.object({
  symbol: z.string(),
  brokerSymbol: z.string(),
  digits: z.number().int(),
  tickSize: decimal,
  tickValue: z.string(),
  contractSize: decimal,
  volumeMin: decimal,
  volumeMax: decimal,
  volumeStep: decimal,
  stopsLevelPoints: z.number().int(),
  freezeLevelPoints: z.number().int(),
  baseCurrency: z.string(),
  profitCurrency: z.string(),
  marginCurrency: z.string(),
  marginRate: decimal,
  fillingModes: z.array(z.enum(['FOK', 'IOC', 'RETURN'])),
  executionMode: z.enum(['INSTANT', 'REQUEST', 'MARKET', 'EXCHANGE']),
  stopsOnOpen: z.enum(['WITH', 'AFTER']),
});
export type WireInstrument = z.infer<typeof instrumentSchema>;

// ---- handshake: terminal → gateway hello, auth; gateway → terminal challenge, welcome or reject

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
  /** `lockstep`: simulated time, see {@link simDoneSchema}. */
  caps: z.array(z.string()),
  keyId: z.string(),
  nonceC: z.string(),
  journalId: z.string(),
  /** The highest fencing epoch that the terminal's journal holds. */
  epoch: z.number().int(),
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
});
export type Welcome = z.infer<typeof welcomeSchema>;

export const rejectSchema = z.object({ code: z.string(), message: z.string() });
export type Reject = z.infer<typeof rejectSchema>;

// ---- gateway → terminal commands (each answered with `cmd.ack`, or with its own answer, by `re`)

export const orderSubmitSchema = z.object({
  coid: z.string(),
  symbol: z.string(),
  side,
  type: z.enum(['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT']),
  volume: decimal,
  price: decimal.optional(),
  worstPrice: decimal,
  sl: decimal.optional(),
  tp: decimal.optional(),
  fillings: z.array(z.enum(['FOK', 'IOC', 'RETURN'])),
  tif: z.enum(['GTC', 'DAY', 'GTD', 'IOC', 'FOK']),
  magic: z.string(),
  tag: z.string(),
  notAfter: us,
  epoch: z.number().int(),
  /** The position that a close names; absent: the order nets with what is open. */
  positionId: z.string().optional(),
  /** Refused when it would open or flip a position. */
  reduceOnly: z.boolean(),
});
export type OrderSubmit = z.infer<typeof orderSubmitSchema>;

/** Answer to `order.submit` (`t: 'cmd.ack'`): written to the journal, or refused before that. */
export const cmdAckSchema = z.object({
  coid: z.string(),
  status: z.enum(['JOURNALLED', 'REJECTED']),
  code: z.string(),
  message: z.string(),
  dup: z.boolean(),
});
export type CmdAck = z.infer<typeof cmdAckSchema>;

export const queryCoidSchema = z.object({ coid: z.string(), tombstone: z.boolean() });
export type QueryCoid = z.infer<typeof queryCoidSchema>;

/** Answer to `query.coid`, type `query.result`. */
export const queryResultSchema = z.object({
  coid: z.string(),
  known: z.boolean(),
  /** The stored `cmd.result` when there is one. */
  result: z.unknown().optional(),
});
export type QueryResult = z.infer<typeof queryResultSchema>;

/** Gateway → terminal, type `sim.done`: every stage has passed barrier `n`; the broker may go on. */
export const simDoneSchema = z.object({ n: z.number().int() });
export type SimDone = z.infer<typeof simDoneSchema>;

/** Gateway → terminal, type `fence`; answered `cmd.ack` with the epoch as coid. */
export const fenceSchema = z.object({ epoch: z.number().int() });
/** Gateway → terminal, type `snapshot.get`; answered `snapshot`. Type `symbol.get`, answered `symbols`. */
export const emptySchema = z.object({});

// ---- terminal → gateway

/** Type `symbols`: what the account can trade. */
export const symbolsSchema = z.object({ instruments: z.array(instrumentSchema) });

/**
 * Type `tick`: ticks of one symbol in columns, unsequenced. `first` counts ticks of this symbol since the start of the
 * terminal's data. Prices are decimal strings.
 */
export const tickSchema = z.object({
  symbol: z.string(),
  first: z.number().int(),
  t: z.array(z.number()),
  b: z.array(z.string()),
  a: z.array(z.string()),
});
export type TickFrame = z.infer<typeof tickSchema>;

/** Type `sim.mark`: ends the batch of barrier `n`; the terminal waits for `sim.done{n}`. `end`: the data ends here. */
export const simMarkSchema = z.object({ n: z.number().int(), time: us, end: z.boolean() });
export type SimMark = z.infer<typeof simMarkSchema>;

export const accountSchema = z.object({
  time: us,
  currency: z.string(),
  balance: decimal,
  equity: decimal,
  margin: decimal,
  freeMargin: decimal,
  leverage: z.number().int(),
  credit: decimal,
});
export type AccountFrame = z.infer<typeof accountSchema>;

/** Type `cmd.result`, sequenced: the final word on a command. */
export const cmdResultSchema = z.object({
  coid: z.string(),
  status: z.enum(['DONE', 'PARTIAL', 'PLACED', 'REJECTED', 'UNKNOWN']),
  retcode: z.number().int(),
  order: z.string(),
  deal: z.string(),
  position: z.string(),
  volume: decimal,
  price: z.string(),
  bid: z.string(),
  ask: z.string(),
  message: z.string(),
  attempt: z.number().int(),
  time: us,
});
export type CmdResult = z.infer<typeof cmdResultSchema>;

/** Type `trade.event`, sequenced: a deal. `tag` is the comment, `coid` the journal's word for it (empty: not ours). */
export const tradeEventSchema = z.object({
  deal: z.string(),
  order: z.string(),
  position: z.string(),
  coid: z.string(),
  tag: z.string(),
  magic: z.string(),
  symbol: z.string(),
  side,
  volume: decimal,
  price: decimal,
  commission: decimal,
  swap: decimal,
  profit: decimal,
  positionVolume: decimal,
  reason: z.enum(['order', 'sl', 'tp', 'stop_out', 'rollover', 'manual']),
  time: us,
});
export type TradeEventFrame = z.infer<typeof tradeEventSchema>;

export const positionSchema = z.object({
  position: z.string(),
  symbol: z.string(),
  side,
  volume: decimal,
  price: decimal,
  sl: z.string(),
  tp: z.string(),
  profit: decimal,
  swap: decimal,
  magic: z.string(),
  tag: z.string(),
  opened: us,
});

export const snapshotSchema = z.object({
  time: us,
  account: accountSchema,
  positions: z.array(positionSchema),
  orders: z.array(
    z.object({
      order: z.string(),
      coid: z.string(),
      symbol: z.string(),
      side,
      type: z.string(),
      volume: decimal,
      price: z.string(),
      tag: z.string(),
      magic: z.string(),
    }),
  ),
  deals: z.array(tradeEventSchema),
});
export type SnapshotFrame = z.infer<typeof snapshotSchema>;

/** Type `ping` either way, answered `pong`. */
export const pingSchema = z.object({ t0: us });
export const byeSchema = z.object({ code: z.string() });

/** Wraps a message for the wire; `ts` is wall-clock time in UTC microseconds. */
export function envelope(
  t: string,
  d: unknown,
  ts: number,
  more: { id?: string; re?: string; seq?: number; ack?: number } = {},
): Envelope {
  return { v: 1, t, ts, d, ...more };
}
