import { z } from 'zod';
import { PAPER_LIMITS } from '@trading/service-risk-manager';
import { invalidLimits, type RiskLimits } from '@trading/trading-risk';

const lossLimitSchema = z.strictObject({
  name: z.string().min(1),
  anchor: z.enum(['initial', 'dayStart', 'peak', 'endOfDayPeak']),
  base: z.enum(['balance', 'equity', 'higher']),
  measure: z.literal('equity').default('equity'),
  limit: z.string(),
  floorAtMost: z.string().optional(),
  resetTime: z.string().default(''),
  resetZone: z.string().default(''),
  buffer: z.string().default(''),
  action: z.enum(['deny', 'reduce', 'halt', 'flatten']),
});

const count = z.int().min(0);
const decimal = z.string();
const given = z
  .strictObject({
    maxQuoteAgeMs: count,
    maxSpreadPoints: decimal,
    priceCollarPct: decimal,
    stopLossRequired: z.boolean(),
    maxRiskPerTradePct: decimal,
    maxOrderLots: decimal,
    maxOrderNotional: decimal,
    maxPositionLots: decimal,
    maxGrossExposure: decimal,
    maxNetExposure: decimal,
    maxOpenPositions: count,
    maxOpenOrders: count,
    minFreeMarginPct: decimal,
    lossLimits: z.array(lossLimitSchema),
    duplicateGuardMs: count,
    maxOrdersPerMinute: count,
    maxCancelsPerMinute: count,
    coolDownAfterLossMs: count,
    maxRestingDistancePct: decimal,
    blockedSessions: z.array(z.string()),
    approvalLifetimeMs: count,
    maxSymbolExposure: decimal,
    maxCurrencyExposure: decimal,
    newsBlackouts: z.array(
      z.strictObject({ name: z.string().min(1), fromUs: count, toUs: count, currencies: z.array(z.string()) }),
    ),
    weeklyFlat: z.string(),
  } satisfies Readonly<Record<keyof RiskLimits, z.ZodType>>)
  .partial();

/** Some limits, completed with those of a paper account; one that cannot be understood is refused. */
export const limitsSchema = given.transform((some, context): RiskLimits => {
  const said = Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
  const limits: RiskLimits = { ...PAPER_LIMITS, ...said };
  for (const message of invalidLimits(limits)) context.addIssue({ code: 'custom', message });
  return limits;
});
