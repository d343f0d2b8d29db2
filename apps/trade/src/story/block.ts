import { table } from '../cli/table';

/** A title with its lines indented below. */
export function block(title: string, lines: readonly string[]): string {
  return [title, ...lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`)].join('\n');
}

/** Names and values in two columns; those without a value are left out. */
export function pairs(rows: readonly (readonly [string, string])[]): string[] {
  const said = rows.filter(([, value]) => value !== '');
  return said.length === 0 ? ['none'] : table(said).split('\n');
}
