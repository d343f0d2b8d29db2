export type InferenceFailure = 'NOT_A_MODEL' | 'WRONG_SIGNATURE' | 'WRONG_SHAPE' | 'RUN_FAILED' | 'CLOSED';

/** A model that cannot be loaded, or a run that cannot be made. */
export class ModelNotRunnable extends Error {
  constructor(
    readonly code: InferenceFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ModelNotRunnable';
  }
}
