import { Decimal } from '@trading/trading-market';
import type { BookedPosition, Books } from './books';
import type { BrokerDeal } from './broker';

export interface Holding {
  readonly key: string;
  readonly symbol: string;
  /** Signed. */
  readonly lots: Decimal;
  readonly averagePrice: Decimal;
}

/** Key of a deal's position in the books. */
export type KeyOf = (deal: BrokerDeal) => string;

/** What the books hold when these deals, in their order, are booked too. */
export function projectPositions(
  { positions }: Pick<Books, 'positions'>,
  deals: readonly BrokerDeal[],
  keyOf: KeyOf,
): Map<string, Holding> {
  const held = new Map<string, Holding>(positions.map((position) => [position.key, holdingOf(position)]));
  for (const deal of deals) {
    const key = keyOf(deal);
    const before = held.get(key) ?? { key, symbol: deal.symbol, lots: new Decimal(0), averagePrice: new Decimal(0) };
    held.set(key, after(before, deal));
  }
  return held;
}

function holdingOf({ key, symbol, lots, averagePrice }: BookedPosition): Holding {
  return { key, symbol, lots: new Decimal(lots), averagePrice: new Decimal(averagePrice) };
}

function after(before: Holding, deal: BrokerDeal): Holding {
  const signed = new Decimal(deal.volumeLots).mul(deal.side === 'BUY' ? 1 : -1);
  const lots = before.lots.plus(signed);
  const price = new Decimal(deal.price);
  if (lots.isZero()) return { ...before, lots, averagePrice: new Decimal(0) };
  const wasFlat = before.lots.isZero();
  const flips = !wasFlat && before.lots.isPositive() !== lots.isPositive();
  if (wasFlat || flips) return { ...before, lots, averagePrice: price };
  if (before.lots.isPositive() !== signed.isPositive()) return { ...before, lots };
  const value = before.averagePrice.mul(before.lots.abs()).plus(price.mul(signed.abs()));
  return { ...before, lots, averagePrice: value.div(lots.abs()) };
}
