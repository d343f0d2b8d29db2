export interface ConfigProblem {
  /** The environment variable. */
  readonly name: string;
  /** What was expected of it. Never its value: it may be a secret. */
  readonly expected: string;
}

/** The environment does not fit; lists every bad variable at once, so that it is repaired in one go. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(`The configuration is not valid:\n${problems.map((p) => `  ${p.name}: ${p.expected}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
