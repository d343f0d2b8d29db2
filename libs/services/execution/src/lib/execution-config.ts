export interface ExecutionConfig {
  /** Names the run that new accounts belong to. */
  readonly runId: string;
}

export const EXECUTION_CONFIG = Symbol('EXECUTION_CONFIG');
