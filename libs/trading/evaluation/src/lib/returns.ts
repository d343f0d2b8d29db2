import { Decimal } from '@trading/trading-market';
import type { EquityPoint } from './drawdown';

const YEAR_US = 365.25 * 24 * 3600 * 1_000_000;

/** Simple returns between successive points: equity ÷ the equity before − 1. A point after an equity of 0 or less has none. */
export function returnsOf(points: readonly { readonly equity: Decimal | string }[]): number[] {
  const returns: number[] = [];
  for (let i = 1; i < points.length; i += 1) {
    const before = new Decimal(points[i - 1]?.equity ?? 0);
    const after = new Decimal(points[i]?.equity ?? 0);
    if (before.gt(0)) returns.push(after.div(before).minus(1).toNumber());
  }
  return returns;
}

/**
 * Annualised Sharpe ratio: mean of the returns (minus the risk-free return of one period) ÷ their sample standard
 * deviation (n − 1), × √(periods per year). W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management, 1994.
 * `null` for fewer than two returns or returns that do not vary.
 */
export function sharpe(returns: readonly number[], periodsPerYear: number, riskFreePerPeriod = 0): number | null {
  const n = returns.length;
  if (n < 2) return null;
  const mean = returns.reduce((sum, r) => sum + r, 0) / n;
  const deviation = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (n - 1));
  // Equal returns leave rounding noise of the mean; a ratio of noise would be huge.
  if (deviation <= Number.EPSILON * Math.abs(mean) * n) return null;
  return ((mean - riskFreePerPeriod) / deviation) * Math.sqrt(periodsPerYear);
}

/**
 * Compound annual growth rate, percent: ((last ÷ first)^(1 ÷ years) − 1) × 100 with years of 365.25 days.
 * `null` without two points at different times, or when the first is not above zero or the last below it.
 */
export function cagr(points: readonly EquityPoint[]): number | null {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || last.timeUs <= first.timeUs) return null;
  const start = new Decimal(first.equity);
  const end = new Decimal(last.equity);
  if (start.lte(0) || end.lt(0)) return null;
  const years = (last.timeUs - first.timeUs) / YEAR_US;
  return (end.div(start).toNumber() ** (1 / years) - 1) * 100;
}
