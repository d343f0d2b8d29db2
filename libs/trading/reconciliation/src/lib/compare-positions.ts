import { Decimal } from '@trading/trading-market';
import type { Books } from './books';
import type { BrokerView } from './broker';
import { differenceOf } from './difference-id';
import type { Booking, Difference } from './outcome';
import type { Owners } from './owners';
import type { Holding } from './project-positions';

export interface BrokerHolding extends Holding {
  readonly stopLoss: string;
  readonly takeProfit: string;
}

/** Positions: volume to the last digit, average price within a tick. Both sides by symbol, or by position (hedging). */
export function comparePositions(
  books: Books,
  view: BrokerView,
  ours: ReadonlyMap<string, Holding>,
  owners: Owners,
): Difference[] {
  const theirs = brokerHoldings(books, view, owners);
  const differences: Difference[] = [];
  for (const key of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const found = differenceAt(books, key, ours.get(key), theirs.get(key));
    if (found !== undefined) differences.push(found);
  }
  return differences;
}

/** Stops that the broker holds and the books do not say; positions that differ otherwise are left alone. */
export function compareStops(books: Books, view: BrokerView, owners: Owners): Booking[] {
  const theirs = brokerHoldings(books, view, owners);
  return books.positions.flatMap(({ key, symbol, lots, stopLoss, takeProfit }) => {
    const held = theirs.get(key);
    if (held === undefined || !held.lots.eq(lots)) return [];
    if (isSamePrice(held.stopLoss, stopLoss) && isSamePrice(held.takeProfit, takeProfit)) return [];
    const stops = { stopLoss: held.stopLoss, takeProfit: held.takeProfit };
    const cause = `reconcile:stops:${key}:${held.stopLoss}:${held.takeProfit}`;
    return [{ kind: 'stops', cause, key, symbol, ...stops } as const];
  });
}

/** Whether two prices of a broker are the same; none is `''` or zero. */
export function isSamePrice(a: string, b: string): boolean {
  return new Decimal(a === '' ? 0 : a).eq(b === '' ? 0 : b);
}

/** What the broker holds, by the keys of the books. */
export function brokerHoldings({ marginMode }: Books, view: BrokerView, owners: Owners): Map<string, BrokerHolding> {
  const held = new Map<string, BrokerHolding>();
  const sorted = [...view.positions].sort((a, b) => (a.positionId < b.positionId ? -1 : 1));
  for (const position of sorted) {
    const { symbol, side, volumeLots, stopLoss, takeProfit } = position;
    const key = marginMode === 'NETTING' ? symbol : owners.rootOf(position.positionId);
    const lots = new Decimal(volumeLots).mul(side === 'BUY' ? 1 : -1);
    const price = new Decimal(position.openPrice);
    const before = held.get(key);
    const total = before === undefined ? lots : before.lots.plus(lots);
    const value = price.mul(lots).plus(before === undefined ? 0 : before.averagePrice.mul(before.lots));
    const averagePrice = total.isZero() ? new Decimal(0) : value.div(total);
    held.set(key, { key, symbol, lots: total, averagePrice, stopLoss, takeProfit });
  }
  return held;
}

function differenceAt(
  { accountId, tickSizes }: Books,
  key: string,
  ours: Holding | undefined,
  theirs: Holding | undefined,
): Difference | undefined {
  const symbol = ours?.symbol ?? theirs?.symbol ?? key;
  const gap = (theirs?.lots ?? new Decimal(0)).minus(ours?.lots ?? 0);
  const tick = new Decimal(tickSizes[symbol] ?? 0);
  const [priced, brokers] = [ours?.averagePrice ?? new Decimal(0), theirs?.averagePrice ?? new Decimal(0)];
  if (gap.isZero() && (ours?.lots.isZero() !== false || priced.minus(brokers).abs().lte(tick))) return undefined;
  const words = { ours: holdingWords(ours), theirs: holdingWords(theirs) };
  const what = gap.isZero() ? 'at another price' : `${gap.abs().toFixed()} lots ${gap.isPositive() ? 'more' : 'less'}`;
  return differenceOf(accountId, {
    kind: 'POSITION',
    symbol,
    subject: key,
    ...words,
    message: `The broker holds ${symbol} ${what}: ${words.theirs || 'nothing'} there, ${words.ours || 'nothing'} in the books.`,
    size: gap.isZero() ? `at ${words.ours} ${words.theirs}` : gap.toFixed(),
  });
}

function holdingWords(holding: Holding | undefined): string {
  if (holding === undefined || holding.lots.isZero()) return '';
  return `${holding.lots.toFixed()} at ${holding.averagePrice.toSignificantDigits(12).toString()}`;
}
