import { z } from 'zod';
import { decimal, side, us } from './fields';

/* Gateway → terminal, each answered with `cmd.ack`, or with its own answer, by `re`. */

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
