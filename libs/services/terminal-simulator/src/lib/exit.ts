/** Why the simulator stopped by itself or was told to. */
export type StopReason = 'asked' | 'superseded' | 'lonely';

/** Exit codes of the program. */
export const EXIT_CODE = {
  /** Told to stop, or nobody listened for long enough. */
  asked: 0,
  lonely: 0,
  configuration: 2,
  data: 3,
  /** A newer terminal of the same account took over. */
  superseded: 5,
  /** The state folder belongs to another run or is broken. */
  state: 6,
} as const;
