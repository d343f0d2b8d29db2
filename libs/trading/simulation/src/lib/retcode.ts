/** Trade server return codes of MetaTrader 5 that the simulated broker answers with (MQL5 reference, "Return Codes of the Trade Server"). */
export const RETCODE = {
  DONE: 10009,
  INVALID: 10013,
  INVALID_VOLUME: 10014,
  INVALID_PRICE: 10015,
  INVALID_STOPS: 10016,
  TRADE_DISABLED: 10017,
  MARKET_CLOSED: 10018,
  NO_MONEY: 10019,
  /** No rate to convert the profit currency. */
  PRICE_OFF: 10021,
  /** `notAfter` passed before the fill. Not 10012 (timeout): that one leaves open whether the order was executed. */
  INVALID_EXPIRATION: 10022,
  INVALID_FILL: 10030,
  INVALID_ORDER: 10035,
  POSITION_CLOSED: 10036,
  INVALID_CLOSE_VOLUME: 10038,
  CLOSE_ONLY: 10044,
} as const;

export type Retcode = (typeof RETCODE)[keyof typeof RETCODE];
