import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { estimateRegion, readPrices, readSizes, type CostItem } from './estimate';

const tierSchema = z.strictObject({ least: z.number(), most: z.number(), folders: z.array(z.string()).min(1) });
const budgetsSchema = z.strictObject({
  development: tierSchema,
  staging: tierSchema,
  production: tierSchema,
  exceptions: z.array(
    z.strictObject({
      tier: z.enum(['development', 'staging', 'production']),
      resource: z.string().min(1),
      amount: z.number().positive(),
      reason: z.string().min(10),
    }),
  ),
});

export const COST_TIERS = ['development', 'staging', 'production'] as const;
export type CostTier = (typeof COST_TIERS)[number];
export type Budgets = z.infer<typeof budgetsSchema>;

/** A tier's estimate beside what it may cost. */
export interface TierCost {
  readonly tier: CostTier;
  readonly items: readonly (CostItem & { readonly folder: string })[];
  readonly total: number;
  readonly least: number;
  readonly most: number;
  /** What exceptions allow beyond `most`. */
  readonly excepted: number;
  readonly isWithin: boolean;
}

export const parseBudgets = (text: string): Budgets => budgetsSchema.parse(parse(text));

/** The estimates of all tiers of the workspace at `root`. */
export function costsOf(root: string): readonly TierCost[] {
  const prices = readPrices(root);
  const budgets = parseBudgets(readFileSync(join(root, 'deploy/budgets.yaml'), 'utf8'));
  return COST_TIERS.map((tier) => {
    const items = budgets[tier].folders.flatMap((folder) =>
      estimateRegion(readSizes(root, folder), prices).map((item) => ({ ...item, folder })),
    );
    return weigh(tier, items, budgets);
  });
}

/** An exception counts for no more than its resource costs, and only where there is such a resource. */
export function weigh(tier: CostTier, items: TierCost['items'], budgets: Budgets): TierCost {
  const { least, most } = budgets[tier];
  const total = items.reduce((sum, { amount }) => sum + amount, 0);
  const excepted = budgets.exceptions
    .filter((exception) => exception.tier === tier)
    .reduce((sum, { resource, amount }) => {
      const cost = items
        .filter((item) => item.resource.startsWith(resource))
        .reduce((all, item) => all + item.amount, 0);
      return sum + Math.min(amount, cost);
    }, 0);
  return { tier, items, total, least, most, excepted, isWithin: total <= most + excepted };
}
