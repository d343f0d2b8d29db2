import { Decimal } from '@trading/trading-market';

/** What a summary needs of a trade; money in the account's currency, as decimals or decimal strings. */
export interface TradeResult {
  readonly gross: Decimal | string;
  /** Negative when paid. */
  readonly costs: Decimal | string;
  readonly net: Decimal | string;
}

/** Statistics of closed trades. A trade wins when its net is above zero and loses when it is below. */
export interface TradeSummary {
  readonly count: number;
  readonly wins: number;
  readonly losses: number;
  /** Wins among all trades, percent with 2 digits; 0 without trades. */
  readonly winRatePct: number;
  /** Sum of the nets of the wins. Money has 2 digits. */
  readonly grossProfit: string;
  /** Sum of the nets of the losses, at most 0. */
  readonly grossLoss: string;
  /** Gross profit ÷ |gross loss|, 4 digits; `null` without losses. */
  readonly profitFactor: number | null;
  /** Mean net of a trade. */
  readonly expectancy: string;
  readonly averageWin: string;
  /** At most 0. */
  readonly averageLoss: string;
  /** Sum of commission and swap, negative when paid. */
  readonly costs: string;
  /** Sum of the nets. */
  readonly net: string;
}

const ZERO = new Decimal(0);

export function summariseTrades(trades: readonly TradeResult[]): TradeSummary {
  const nets = trades.map((trade) => new Decimal(trade.net));
  const wins = nets.filter((net) => net.gt(0));
  const losses = nets.filter((net) => net.lt(0));
  const grossProfit = sum(wins);
  const grossLoss = sum(losses);
  return {
    count: nets.length,
    wins: wins.length,
    losses: losses.length,
    winRatePct:
      nets.length === 0 ? 0 : new Decimal(wins.length).mul(100).div(nets.length).toDecimalPlaces(2).toNumber(),
    grossProfit: money(grossProfit),
    grossLoss: money(grossLoss),
    profitFactor: grossLoss.isZero() ? null : grossProfit.div(grossLoss.abs()).toDecimalPlaces(4).toNumber(),
    expectancy: money(mean(nets)),
    averageWin: money(mean(wins)),
    averageLoss: money(mean(losses)),
    costs: money(sum(trades.map((trade) => new Decimal(trade.costs)))),
    net: money(sum(nets)),
  };
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), ZERO);
}

function mean(values: readonly Decimal[]): Decimal {
  return values.length === 0 ? ZERO : sum(values).div(values.length);
}

function money(value: Decimal): string {
  const rounded = value.toDecimalPlaces(2);
  return (rounded.isZero() ? ZERO : rounded).toFixed(2);
}
