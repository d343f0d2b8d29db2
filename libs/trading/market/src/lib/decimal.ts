import { Decimal as DecimalJs } from 'decimal.js';

/** Exact decimal arithmetic for money, order prices and volumes: 40 significant digits, half-even where it must round. */
export const Decimal = DecimalJs.clone({
  precision: 40,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -30,
  toExpPos: 40,
});
export type Decimal = DecimalJs;
