import { z } from 'zod';

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'expected a decimal number as a string');

/**
 * The terms of an account whose orders go to our own broker while its quotes come from a terminal. They are kept from the
 * account's first session on: another set of terms is another account.
 */
export const paperTermsSchema = z.object({
  /** First balance, in `currency`. */
  deposit: decimal.default('10000'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected three letters')
    .default('USD'),
  leverage: z.number().int().positive().default(100),
  marginMode: z.enum(['NETTING', 'HEDGING']).default('NETTING'),
  /** In `currency`, for each deal. */
  commissionPerLot: decimal.default('0'),
  /** Points by which market and stop fills are worse than the quote. */
  slippagePoints: z.number().min(0).default(0),
  /** From an order's arrival until it can fill. */
  latencyMs: z.number().int().min(0).max(60_000).default(0),
  /** Equity in percent of the margin below which positions are closed; 0: never. */
  stopOutLevelPct: z.number().min(0).max(1_000).default(50),
});
export type PaperTerms = z.infer<typeof paperTermsSchema>;
