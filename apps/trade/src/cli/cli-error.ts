/** What a command has to tell its user instead of doing what was asked; the message is one paragraph. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly code: string = 'FAILED';

  /** @param exitCode 1 failed, 2 usage or configuration, 3 data, 4 halted or not ready */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 3 | 4 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command line cannot be meant as it is. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
  override readonly code = 'USAGE';
  constructor(message: string) {
    super(message, 2);
  }
}
