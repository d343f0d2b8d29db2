import { Decimal, quantisePrice } from '@trading/trading-market';
import type { Instrument } from '@trading/trading-market';

export type Direction = 1 | -1;

export interface ProtectiveStop {
  /** On the tick, rounded away from the market. */
  readonly price: Decimal;
  /** From the entry price to the stop, as a price difference. */
  readonly distance: Decimal;
}

/**
 * The stop loss of a position opened at `quote`: `atrMultiple` × `atr` away from the price that triggers it (of a buy
 * the bid, of a sell the ask), so that the spread alone never reaches it, and at least a tick and the instrument's
 * stops level away. The distance counts from the entry price (a buy's ask, a sell's bid), spread included. Undefined
 * when it would lie at or below zero.
 */
export function stopLossFor(
  direction: Direction,
  quote: { readonly bid: number; readonly ask: number },
  atr: number,
  atrMultiple: number,
  instrument: Instrument,
): ProtectiveStop | undefined {
  const entry = new Decimal(direction === 1 ? quote.ask : quote.bid);
  const trigger = new Decimal(direction === 1 ? quote.bid : quote.ask);
  const leastRoom = new Decimal(instrument.tickSize).times(Math.max(instrument.stopsLevelPoints, 1));
  const room = Decimal.max(new Decimal(atr).times(atrMultiple), leastRoom);
  const price = quantisePrice(instrument, trigger.minus(room.times(direction)), direction === 1 ? 'down' : 'up');
  return price.gt(0) ? { price, distance: entry.minus(price).abs() } : undefined;
}
