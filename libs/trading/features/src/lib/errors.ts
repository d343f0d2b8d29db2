/** An indicator was given NaN or an infinity, which would poison its window. */
export class NonFiniteInput extends Error {
  readonly code = 'NON_FINITE_INPUT';
  constructor(readonly value: number) {
    super(`An indicator takes finite numbers; it was given ${value}.`);
    this.name = 'NonFiniteInput';
  }
}

/** A window or state that cannot be meant, such as a length of zero or a snapshot of another length. */
export class InvalidWindow extends Error {
  readonly code = 'INVALID_WINDOW';
  constructor(message: string) {
    super(message);
    this.name = 'InvalidWindow';
  }
}

/** A bar that features cannot be computed from: not in order of time, or with a bid price that is not positive. */
export class InvalidFeatureBar extends Error {
  readonly code = 'INVALID_FEATURE_BAR';
  constructor(
    readonly openTimeUs: number,
    reason: string,
  ) {
    super(`The bar that opens at ${openTimeUs} µs ${reason}.`);
    this.name = 'InvalidFeatureBar';
  }
}

/** A saved state belongs to other features than those of this program. */
export class FeatureSchemaMismatch extends Error {
  readonly code = 'FEATURE_SCHEMA_MISMATCH';
  constructor(
    readonly expected: string,
    readonly actual: string,
  ) {
    super(`The saved state is of feature schema ${actual}; this program computes ${expected}.`);
    this.name = 'FeatureSchemaMismatch';
  }
}
