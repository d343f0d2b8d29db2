import { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { Books } from './books';
import type { BrokerView } from './broker';
import { brokerHoldings } from './compare-positions';
import { Owners } from './owners';

/** A fill that never was a deal, and that makes the books hold what the broker holds. */
export interface AdoptingFill {
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: string;
  readonly price: string;
}

interface Held {
  readonly lots: Decimal;
  readonly averagePrice: Decimal;
}

const FLAT: Held = { lots: new Decimal(0), averagePrice: new Decimal(0) };

/**
 * Fills that bring a position of the books to the broker's volume and average price. What is closed is closed at the
 * price at which it was opened: no profit is made up, cash has its own difference.
 */
export function adoptPosition(books: Books, view: BrokerView, key: string): AdoptingFill[] {
  const booked = books.positions.find((position) => position.key === key);
  const ours: Held =
    booked === undefined ? FLAT : { lots: new Decimal(booked.lots), averagePrice: new Decimal(booked.averagePrice) };
  const held = brokerHoldings(books, view, new Owners(books, view)).get(key);
  const theirs: Held = held ?? FLAT;
  const symbol = held?.symbol ?? booked?.symbol ?? key;
  return stepsBetween(ours, theirs, new Decimal(books.tickSizes[symbol] ?? 0)).map(({ lots, price }) => ({
    symbol,
    side: lots.isPositive() ? 'BUY' : 'SELL',
    volumeLots: lots.abs().toFixed(),
    price: price.toFixed(),
  }));
}

interface Step {
  readonly lots: Decimal;
  readonly price: Decimal;
}

function stepsBetween(ours: Held, theirs: Held, tick: Decimal): Step[] {
  const gap = theirs.lots.minus(ours.lots);
  const isSamePrice = ours.averagePrice.minus(theirs.averagePrice).abs().lte(tick);
  const [wasFlat, isFlat] = [ours.lots.isZero(), theirs.lots.isZero()];
  if (wasFlat && isFlat) return [];
  if (wasFlat) return [{ lots: theirs.lots, price: theirs.averagePrice }];
  if (isFlat) return [{ lots: ours.lots.neg(), price: ours.averagePrice }];
  const isSameSide = ours.lots.isPositive() === theirs.lots.isPositive();
  if (isSameSide && isSamePrice && gap.isZero()) return [];
  if (isSameSide && isSamePrice) {
    const grows = gap.isPositive() === ours.lots.isPositive();
    return [{ lots: gap, price: grows ? theirs.averagePrice : ours.averagePrice }];
  }
  return [
    { lots: ours.lots.neg(), price: ours.averagePrice },
    { lots: theirs.lots, price: theirs.averagePrice },
  ];
}
