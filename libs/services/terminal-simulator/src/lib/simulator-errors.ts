export type SimulatorErrorCode =
  | 'CONFIG_INVALID'
  | 'STATE_OF_OTHER_RUN'
  | 'JOURNAL_BROKEN'
  | 'STATE_UNWRITABLE'
  | 'KEY_UNREADABLE'
  | 'TIMEFRAME_MISSING'
  | 'RESUME_BEYOND_DATA';

/** Why the simulator cannot work as it was set up; one sentence for its owner. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';

  constructor(
    readonly code: SimulatorErrorCode,
    sentence: string,
    options?: ErrorOptions,
  ) {
    super(sentence, options);
  }
}
