/** A snapshot that is not one of this strategy and version. */
export class StrategyStateError extends Error {
  readonly code = 'STRATEGY_STATE';
  constructor(
    readonly strategy: string,
    expected: string,
  ) {
    super(`The stored state of ${strategy} cannot be continued: it should have ${expected}.`);
  }
}

/** The named field of a snapshot, once `holds` is sure of it. Throws {@link StrategyStateError}. */
export function field<T>(
  strategy: string,
  state: unknown,
  name: string,
  holds: (value: unknown) => value is T,
  expected: string,
): T {
  const value: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, name) : undefined;
  if (!holds(value)) throw new StrategyStateError(strategy, `${name}: ${expected}`);
  return value;
}
