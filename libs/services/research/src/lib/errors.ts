export type ResearchFailure =
  /** The file's rows are not bars, or ticks, that the asked bars can be made of. */
  | 'WRONG_BARS'
  | 'UNKNOWN_ZONE'
  | 'TOO_LITTLE_DATA'
  /** Another model is stored under that name and version; versions never change. */
  | 'VERSION_EXISTS';

/** A research job that cannot be done as asked; the message is for its user. */
export class ResearchError extends Error {
  constructor(
    readonly code: ResearchFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ResearchError';
  }
}
