import { z } from 'zod';
import { decimal, side, us } from './fields';

/* Terminal → gateway. */

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
