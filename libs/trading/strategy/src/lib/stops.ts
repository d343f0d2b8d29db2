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
 * The stop loss of a position opened at `quote` (a buy at the ask, a sell at the bid), `atrMultiple` × `atr` away, and
 * never nearer to the price that triggers it (a buy's stop: the bid; a sell's: the ask) than the instrument's stops
 * level. Undefined when it would lie at or below zero.
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
  const leastRoom = new Decimal(instrument.tickSize).times(instrument.stopsLevelPoints);
  const wanted = entry.minus(new Decimal(atr).times(atrMultiple).times(direction));
  const nearest = trigger.minus(leastRoom.times(direction));
  const price =
    direction === 1
      ? quantisePrice(instrument, Decimal.min(wanted, nearest), 'down')
      : quantisePrice(instrument, Decimal.max(wanted, nearest), 'up');
  return price.gt(0) ? { price, distance: entry.minus(price).abs() } : undefined;
}
