/** A CSV (RFC 4180, lines ending in LF) with a header; nothing for what is undefined. */
export function csv<T>(
  columns: Readonly<Record<string, (row: T) => string | number | undefined>>,
  rows: readonly T[],
): string {
  const cells = Object.values(columns);
  const lines = rows.map((row) => cells.map((cell) => quoted(String(cell(row) ?? ''))).join(','));
  return `${[Object.keys(columns).join(','), ...lines].join('\n')}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
