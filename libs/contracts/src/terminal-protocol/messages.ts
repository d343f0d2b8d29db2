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
  /** Weekly sessions in minutes of the broker's week (Sunday 00:00 = 0), half open; absent or empty: always open. */
  sessions: z.array(z.object({ fromMinute: z.number().int(), toMinute: z.number().int() })).optional(),
  swapLong: decimal.optional(),
  swapShort: decimal.optional(),
  /** `points` or `currency` per lot and night; absent: none. */
  swapMode: z.string().optional(),
  /** Day of the week (Sunday 0) whose rollover counts three nights. */
  swapTripleWeekday: z.number().int().optional(),
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
  /** The position that a close names; absent: the order nets with what is open, or opens one (hedging). */
  positionId: z.string().optional(),
  /** The opposite position that `positionId` is closed with, at no price of the market. */
  closeByPositionId: z.string().optional(),
  /** Of a stop-limit order: the limit that it becomes at `price`. */
  stopLimit: decimal.optional(),
  /** Of GTD. */
  expires: us.optional(),
  /** Refused when it would open or flip a position. */
  reduceOnly: z.boolean(),
});
export type OrderSubmit = z.infer<typeof orderSubmitSchema>;

/** What a modification leaves in place; absent: as it is; empty: taken away. */
const changedLevel = z.union([decimal, z.literal('')]);

/**
 * Type `order.modify`: changes a working order (`coid`), or with `positionId` the stops of a position. Carried out once
 * per request id, whatever is repeated.
 */
export const orderModifySchema = z.object({
  requestId: z.string(),
  coid: z.string(),
  /** The broker's ticket; absent: as the journal knows it. */
  order: z.string().optional(),
  positionId: z.string().optional(),
  symbol: z.string(),
  price: decimal.optional(),
  stopLimit: decimal.optional(),
  sl: changedLevel.optional(),
  tp: changedLevel.optional(),
  expires: us.optional(),
  notAfter: us,
  epoch: z.number().int(),
});
export type OrderModify = z.infer<typeof orderModifySchema>;

/** Type `order.cancel`: once per request id. */
export const orderCancelSchema = z.object({
  requestId: z.string(),
  coid: z.string(),
  order: z.string().optional(),
  epoch: z.number().int(),
});
export type OrderCancel = z.infer<typeof orderCancelSchema>;

/**
 * Answer to `order.submit`, `order.modify` and `order.cancel` (`t: 'cmd.ack'`): written to the journal, or refused
 * before that.
 */
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
  /** This client order id is refused for ever. */
  tombstoned: z.boolean().optional(),
  /** The terminal is connected to its broker; absent: it is. */
  connected: z.boolean().optional(),
});
export type QueryResult = z.infer<typeof queryResultSchema>;

/** Gateway → terminal, type `sim.done`: every stage has passed barrier `n`; the broker may go on. */
export const simDoneSchema = z.object({ n: z.number().int() });
export type SimDone = z.infer<typeof simDoneSchema>;

/** Gateway → terminal, type `fence`; answered `cmd.ack` with the epoch as coid. */
export const fenceSchema = z.object({ epoch: z.number().int() });
/** Gateway → terminal, type `history.get`; answered `history`. `after`: where the page before ended. */
export const historyGetSchema = z.object({ from: us, after: z.string().optional(), limit: z.number().int() });
export type HistoryGet = z.infer<typeof historyGetSchema>;

/** Gateway → terminal, type `rates.get`; answered `rates`: bars of [from, to), oldest first, at most `limit`. */
export const ratesGetSchema = z.object({
  symbol: z.string(),
  timeframe: z.string(),
  from: us,
  to: us,
  limit: z.number().int(),
});
export type RatesGet = z.infer<typeof ratesGetSchema>;

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
  /** The broker's clock as it is now (MetaTrader's `TimeTradeServer`), written as if it were UTC. */
  bt: us.optional(),
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
  /** Absent: `submit`. */
  verb: z.enum(['submit', 'modify', 'cancel']).optional(),
  /** Of a modify or cancel. */
  requestId: z.string().optional(),
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
  /** The opposite position that it was closed with. */
  by: z.string().optional(),
});
export type TradeEventFrame = z.infer<typeof tradeEventSchema>;

const orderFields = {
  order: z.string(),
  /** Empty: not ours. */
  coid: z.string(),
  tag: z.string(),
  magic: z.string(),
  symbol: z.string(),
  side,
  type: z.enum(['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT']),
  volume: decimal,
  filled: decimal,
  price: z.string(),
  stopLimit: z.string(),
  sl: z.string(),
  tp: z.string(),
  /** 0: never. */
  expires: us,
};

/** Type `order.event`, sequenced: what the broker holds of an order after something happened to it. */
export const orderEventSchema = z.object({
  ...orderFields,
  state: z.enum(['PLACED', 'MODIFIED', 'TRIGGERED', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED']),
  /** Who did it: a command of ours, the broker, a human in the terminal. */
  reason: z.enum(['command', 'broker', 'manual']),
  message: z.string(),
  time: us,
});
export type OrderEventFrame = z.infer<typeof orderEventSchema>;

/** Type `position.event`, sequenced: the stops of a position have changed. */
export const positionEventSchema = z.object({
  position: z.string(),
  symbol: z.string(),
  sl: z.string(),
  tp: z.string(),
  reason: z.enum(['command', 'broker', 'manual']),
  time: us,
});
export type PositionEventFrame = z.infer<typeof positionEventSchema>;

/** Type `cash.event`, sequenced: money that no deal explains. */
export const cashEventSchema = z.object({
  deal: z.string(),
  kind: z.enum(['deposit', 'withdrawal', 'credit', 'swap', 'correction']),
  amount: decimal,
  comment: z.string(),
  time: us,
});
export type CashEventFrame = z.infer<typeof cashEventSchema>;

/** Type `terminal`: whether the terminal reaches its broker and may trade. */
export const terminalStateSchema = z.object({ connected: z.boolean(), tradeAllowed: z.boolean() });
export type TerminalState = z.infer<typeof terminalStateSchema>;

/** Answer to `history.get`, oldest first. */
export const historySchema = z.object({
  deals: z.array(tradeEventSchema),
  orders: z.array(orderEventSchema),
  cash: z.array(cashEventSchema),
  /** Where this page ends; absent: nothing follows. */
  next: z.string().optional(),
  /** Before this time the terminal shows no history. */
  coversFrom: us,
});
export type HistoryFrame = z.infer<typeof historySchema>;

const ohlc = z.object({ o: decimal, h: decimal, l: decimal, c: decimal });
/** Answer to `rates.get`. MetaTrader's bars are of the bid; `ask` is there where the terminal knows it. */
export const ratesSchema = z.object({
  bars: z.array(z.object({ open: us, close: us, bid: ohlc, ask: ohlc.optional(), ticks: z.number().int() })),
});
export type RatesFrame = z.infer<typeof ratesSchema>;

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
  orders: z.array(z.object({ ...orderFields, placed: us })),
  /** The newest only; `history.get` has them all. */
  deals: z.array(tradeEventSchema),
  /** The last reliable sequence that it contains. */
  seq: z.number().int(),
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
