/** Return codes of the trade server of MetaTrader 5 (MQL5 reference, "Return Codes of the Trade Server"). */
export const RETCODE = {
  REQUOTE: 10004,
  /** The broker would not; here: nobody offers the whole volume of a fill-or-kill order. */
  REJECT: 10006,
  CANCEL: 10007,
  /** A pending order is placed. */
  PLACED: 10008,
  DONE: 10009,
  DONE_PARTIAL: 10010,
  ERROR: 10011,
  TIMEOUT: 10012,
  INVALID: 10013,
  INVALID_VOLUME: 10014,
  INVALID_PRICE: 10015,
  INVALID_STOPS: 10016,
  TRADE_DISABLED: 10017,
  MARKET_CLOSED: 10018,
  NO_MONEY: 10019,
  PRICE_CHANGED: 10020,
  /** No quote yet, or no rate to convert the profit currency. */
  PRICE_OFF: 10021,
  /** `notAfter` passed before the fill. Not 10012 (timeout): that one leaves open whether the order was executed. */
  INVALID_EXPIRATION: 10022,
  ORDER_CHANGED: 10023,
  TOO_MANY_REQUESTS: 10024,
  NO_CHANGES: 10025,
  SERVER_DISABLES_AT: 10026,
  CLIENT_DISABLES_AT: 10027,
  LOCKED: 10028,
  /** The market is within the freeze level. */
  FROZEN: 10029,
  INVALID_FILL: 10030,
  CONNECTION: 10031,
  ONLY_REAL: 10032,
  LIMIT_ORDERS: 10033,
  LIMIT_VOLUME: 10034,
  INVALID_ORDER: 10035,
  POSITION_CLOSED: 10036,
  INVALID_CLOSE_VOLUME: 10038,
  CLOSE_ORDER_EXIST: 10039,
  LIMIT_POSITIONS: 10040,
  REJECT_CANCEL: 10041,
  LONG_ONLY: 10042,
  SHORT_ONLY: 10043,
  CLOSE_ONLY: 10044,
  FIFO_CLOSE: 10045,
  HEDGE_PROHIBITED: 10046,
} as const;

export type Retcode = (typeof RETCODE)[keyof typeof RETCODE];
