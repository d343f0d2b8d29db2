/** Measurements of the time series and their fields, as the services write them; every row is numbers at a time. */
export const MEASUREMENTS = {
  tick: ['bid', 'ask'],
  bar: ['bid_open', 'bid_high', 'bid_low', 'bid_close', 'ask_open', 'ask_high', 'ask_low', 'ask_close', 'ticks'],
  prediction: ['probability', 'margin'],
  equity: ['balance', 'equity', 'lots'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
