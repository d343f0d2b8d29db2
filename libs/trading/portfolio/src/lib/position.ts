import { Decimal } from '@trading/trading-market';
import type { PortfolioFill } from './fill';

/** What is held of one symbol, or as one position of a hedging account. A flat one has zero lots, price and costs. */
export interface PositionView {
  /** The broker's identifier; only of hedging accounts. */
  readonly positionId?: string;
  readonly symbol: string;
  /** Signed: short is negative. */
  readonly lots: Decimal;
  /** Volume-weighted price of the entries; reductions leave it as it is. */
  readonly averagePrice: Decimal;
  /** Time of the fill that opened it from flat or through zero; 0 when flat. */
  readonly openedUs: number;
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  /** Commission and swap of the entries of what is still open, account currency, negative when paid. */
  readonly entryCosts: Decimal;
  /** What it has realised so far, account currency, before costs; netting: of the symbol over the account's life. */
  readonly realised: Decimal;
}

/** {@link PositionView} with what trades need to know of the entry. */
export interface HeldPosition extends PositionView {
  readonly entryCoid: string;
}

const ZERO = new Decimal(0);

export function flatPosition(symbol: string, realised: Decimal = ZERO, positionId?: string): HeldPosition {
  const identity = positionId === undefined ? { symbol } : { positionId, symbol };
  return { ...identity, lots: ZERO, averagePrice: ZERO, openedUs: 0, entryCosts: ZERO, realised, entryCoid: '' };
}

export function viewOf(held: HeldPosition): PositionView {
  const { entryCoid: _entryCoid, ...view } = held;
  return view;
}

/** Lots of a position that a fill closes; zero when it opens or enlarges it. */
export function closedBy(before: HeldPosition, fill: PortfolioFill): Decimal {
  const opposes = !before.lots.isZero() && before.lots.isPositive() !== (fill.side === 'BUY');
  return opposes ? Decimal.min(before.lots.abs(), fill.volumeLots) : ZERO;
}

/** The position after a fill that closed `closedLots` of it. */
export function advance(
  before: HeldPosition,
  fill: PortfolioFill,
  closedLots: Decimal,
  money: { readonly realised: Decimal; readonly entryCosts: Decimal },
): HeldPosition {
  const lots = before.lots.plus(fill.side === 'BUY' ? fill.volumeLots : fill.volumeLots.neg());
  const realised = before.realised.plus(money.realised);
  const flat = flatPosition(before.symbol, realised, before.positionId);
  if (lots.isZero()) return flat;
  const opensNew = before.lots.isZero() || (closedLots.lt(fill.volumeLots) && closedLots.gt(0));
  if (opensNew) {
    return {
      ...flat,
      lots,
      averagePrice: fill.price,
      openedUs: fill.timeUs,
      entryCosts: money.entryCosts,
      entryCoid: fill.coid,
    };
  }
  if (closedLots.gt(0)) return { ...before, lots, realised, entryCosts: money.entryCosts };
  const averagePrice = before.averagePrice.mul(before.lots.abs()).plus(fill.price.mul(fill.volumeLots)).div(lots.abs());
  return { ...before, lots, averagePrice, realised, entryCosts: money.entryCosts };
}
