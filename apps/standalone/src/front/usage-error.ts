/** What the user asked for cannot be meant or done; the message is one paragraph for them. The exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
  readonly exitCode = 2;
}
