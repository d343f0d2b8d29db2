/**
 * Enum words with and without the prefix that protobuf wants: `SIDE_BUY` on the wire, `BUY` in the kernels.
 * `bare` refuses the unspecified word: a message that lacks a needed word is not one that we act on.
 */
type Bare<P extends string, W extends string> = Exclude<W extends `${P}_${infer R}` ? R : never, 'UNSPECIFIED'>;

/** A message without a word that it needs. */
export class WordMissing extends Error {
  readonly code = 'WORD_MISSING';
  constructor(readonly word: string) {
    super(`A message does not say its ${word}.`);
  }
}

/** `bare('SIDE', 'SIDE_BUY')` is `BUY`. Throws {@link WordMissing} for the unspecified word. */
export function bare<P extends string, W extends `${P}_${string}`>(prefix: P, word: W): Bare<P, W> {
  const rest = word.slice(prefix.length + 1);
  if (rest === 'UNSPECIFIED') throw new WordMissing(prefix.toLowerCase());
  return rest as Bare<P, W>;
}

/** `wire('SIDE', 'BUY')` is `SIDE_BUY`. */
export function wire<P extends string, R extends string>(prefix: P, rest: R): `${P}_${R}` {
  return `${prefix}_${rest}`;
}
