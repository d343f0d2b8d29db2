/** A choice for every flag. */
export type Flags<Name extends string> = Readonly<Record<Name, boolean>>;

/**
 * Choices in which every pair of flags takes each of its four values at least once; far fewer than all combinations.
 * Greedy: each row is the one of a few candidates that holds most pairs not held yet; the same flags give the same rows.
 */
export function everyPair<Name extends string>(names: readonly Name[]): readonly Flags<Name>[] {
  const open = new Set<string>();
  names.forEach((a, i) => {
    for (const b of names.slice(i + 1)) for (const x of [0, 1]) for (const y of [0, 1]) open.add(`${a}=${x} ${b}=${y}`);
  });
  const pairsOf = (row: Flags<Name>): string[] =>
    names.flatMap((a, i) => names.slice(i + 1).map((b) => `${a}=${Number(row[a])} ${b}=${Number(row[b])}`));
  const rows: Flags<Name>[] = [];
  while (open.size > 0) {
    const candidates = [...open].slice(0, 24).map((pair) => grow(pair, names, open));
    const gain = (row: Flags<Name>): number => pairsOf(row).filter((pair) => open.has(pair)).length;
    const best = candidates.reduce((left, right) => (gain(right) > gain(left) ? right : left));
    rows.push(best);
    for (const pair of pairsOf(best)) open.delete(pair);
  }
  return rows;
}

/** A row with this pair, each further flag as it holds most open pairs with those before it. */
function grow<Name extends string>(pair: string, names: readonly Name[], open: ReadonlySet<string>): Flags<Name> {
  const row = Object.fromEntries(
    pair.split(' ').map((part) => [part.split('=')[0] ?? '', part.endsWith('1')]),
  ) as Partial<Record<Name, boolean>>;
  for (const name of names) {
    if (row[name] !== undefined) continue;
    const gain = (value: boolean): number =>
      names.filter((other) => {
        if (row[other] === undefined) return false;
        const own = `${name}=${Number(value)}`;
        const its = `${other}=${Number(row[other])}`;
        return open.has(names.indexOf(name) < names.indexOf(other) ? `${own} ${its}` : `${its} ${own}`);
      }).length;
    row[name] = gain(true) >= gain(false);
  }
  return row as Flags<Name>;
}
