/** The end of a name that stands for one of each symbol: `market/*`. */
export const PER_SYMBOL = '/*';

/** The names that a pattern has for these symbols: `market/*` is `market/EURUSD`, `market/GBPUSD`, others are as they are. */
export function forSymbols(pattern: readonly string[], symbols: readonly string[]): readonly string[] {
  return pattern.flatMap((name) =>
    name.endsWith(PER_SYMBOL) ? symbols.map((symbol) => `${name.slice(0, -1)}${symbol}`) : [name],
  );
}
