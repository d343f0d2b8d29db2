import { createHash } from 'node:crypto';

/** One feature: what it is called, how it is computed and how many bars it needs. */
export interface FeatureDefinition {
  readonly name: string;
  /** The formula. It is part of the schema's hash, so a changed formula is another schema. */
  readonly formula: string;
  /** Bars, the current one included, that the value depends on; before them it is NaN. */
  readonly warmUpBars: number;
}

/** The ordered features of a row, and the identity that a model is bound to. */
export interface FeatureSchema {
  readonly features: readonly FeatureDefinition[];
  readonly names: readonly string[];
  /** The longest warm-up of all features and of the ATR beside them. */
  readonly warmUpBars: number;
  /** First 16 hex digits of the SHA-256 of the ordered definitions. */
  readonly hash: string;
}

/** Describes features in the order given; `warmUpBars` is at least `minimumWarmUpBars`. */
export function describeSchema(features: readonly FeatureDefinition[], minimumWarmUpBars: number): FeatureSchema {
  const ordered = features.map(({ name, formula, warmUpBars }) => [name, formula, warmUpBars]);
  return {
    features,
    names: features.map(({ name }) => name),
    warmUpBars: features.reduce((longest, { warmUpBars }) => Math.max(longest, warmUpBars), minimumWarmUpBars),
    hash: createHash('sha256').update(JSON.stringify(ordered)).digest('hex').slice(0, 16),
  };
}
