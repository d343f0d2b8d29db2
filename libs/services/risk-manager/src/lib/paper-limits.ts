import { UNSET_LIMITS, type RiskLimits } from '@trading/trading-risk';

/**
 * The limits of a paper account that has none of its own: wide enough to let strategies work, and never absent. None of
 * them needs a stop loss: buy-and-hold, and fixed sizes unless they ask for one, trade without.
 */
export const PAPER_LIMITS: RiskLimits = {
  ...UNSET_LIMITS,
  maxQuoteAgeMs: 120_000,
  priceCollarPct: '5',
  maxOpenPositions: 10,
  maxOpenOrders: 10,
  minFreeMarginPct: '10',
  duplicateGuardMs: 1_000,
  approvalLifetimeMs: 30_000,
  lossLimits: [
    {
      name: 'daily-loss',
      anchor: 'dayStart',
      base: 'higher',
      measure: 'equity',
      limit: '10%',
      resetTime: '00:00',
      resetZone: 'UTC',
      buffer: '',
      action: 'deny',
    },
    {
      name: 'max-drawdown',
      anchor: 'peak',
      base: 'equity',
      measure: 'equity',
      limit: '90%',
      resetTime: '',
      resetZone: '',
      buffer: '',
      action: 'halt',
    },
  ],
};
