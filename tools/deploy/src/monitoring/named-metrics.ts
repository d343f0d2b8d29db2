/** Words of PromQL that are followed by no parenthesis and are no metric. */
const WORDS = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'offset',
  'bool',
  'and',
  'or',
  'unless',
]);

/** Endings that a histogram's series have beside its name. */
const SERIES_OF_HISTOGRAMS = /_(bucket|count|sum)$/;

/** Names of the metrics that an expression of PromQL asks for; those of recording rules (with a colon) are left out. */
export function namedMetrics(expr: string): readonly string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '""')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  const found = new Set<string>();
  for (const match of bare.matchAll(/(?<![\w:.])[a-zA-Z_][\w:]*/g)) {
    const name = match[0];
    const isCall = /^\s*\(/.test(bare.slice(match.index + name.length));
    if (!isCall && !WORDS.has(name) && !name.includes(':')) found.add(name);
  }
  return [...found];
}

/** The name in the catalogue of a series: a histogram's without its ending. */
export const catalogueName = (series: string): string => series.replace(SERIES_OF_HISTOGRAMS, '');
