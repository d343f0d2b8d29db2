import { HedgingPortfolio } from './hedging-portfolio';
import { NettingPortfolio } from './netting-portfolio';
import type { MarginMode, Portfolio, PortfolioOptions } from './portfolio';
import type { PortfolioState } from './portfolio-state';

/** Empty books of an account, or those of a snapshot. */
export function newPortfolio(marginMode: MarginMode, options: PortfolioOptions, state?: PortfolioState): Portfolio {
  const books = marginMode === 'HEDGING' ? HedgingPortfolio : NettingPortfolio;
  return state === undefined ? new books(options) : books.restore(options, state);
}

/** The key of a deal's position in such books. */
export function positionKey(
  marginMode: MarginMode,
  deal: { readonly symbol: string; readonly positionId: string },
): string {
  return marginMode === 'HEDGING' ? deal.positionId : deal.symbol;
}
