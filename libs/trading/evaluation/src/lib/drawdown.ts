import { Decimal } from '@trading/trading-market';

export interface EquityPoint {
  readonly timeUs: number;
  readonly equity: Decimal | string;
}

export interface Drawdown {
  /** Percent of the peak, 4 digits, at least 0. */
  readonly pct: number;
  /** Peak minus trough, 2 digits. */
  readonly money: string;
  /** 0 when there was no drawdown. */
  readonly peakUs: number;
  readonly troughUs: number;
}

/**
 * The largest fall from a running peak: the maximum over time of (peak so far − equity) ÷ peak so far. Of equal falls
 * the first counts. Points whose peak is not above zero have no percentage and are passed over.
 */
export function maxDrawdown(points: Iterable<EquityPoint>): Drawdown {
  const tracker = new DrawdownTracker();
  for (const point of points) tracker.onEquity(point.timeUs, point.equity);
  return tracker.result();
}

/** {@link maxDrawdown} point by point, for runs whose equity is not kept in memory. */
export class DrawdownTracker {
  private peak: Decimal | undefined;
  private peakUs = 0;
  private worst = new Decimal(0);
  private found: { money: Decimal; peakUs: number; troughUs: number } | undefined;

  onEquity(timeUs: number, value: Decimal | string): void {
    const equity = new Decimal(value);
    if (!this.peak || equity.gt(this.peak)) {
      this.peak = equity;
      this.peakUs = timeUs;
      return;
    }
    if (this.peak.lte(0)) return;
    const money = this.peak.minus(equity);
    const fall = money.div(this.peak);
    if (fall.lte(this.worst)) return;
    this.worst = fall;
    this.found = { money, peakUs: this.peakUs, troughUs: timeUs };
  }

  result(): Drawdown {
    if (!this.found) return { pct: 0, money: '0.00', peakUs: 0, troughUs: 0 };
    return {
      pct: this.worst.mul(100).toDecimalPlaces(4).toNumber(),
      money: this.found.money.toFixed(2),
      peakUs: this.found.peakUs,
      troughUs: this.found.troughUs,
    };
  }
}
