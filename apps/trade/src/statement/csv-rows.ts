import type { Row } from './statement';

/** Rows of a file of columns, divided by tabs, semicolons or commas, as its first line of several columns has them. */
export function csvRows(text: string): Row[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const delimiter = ['\t', ';', ','].find((each) => lines.some((line) => line.split(each).length >= 6)) ?? ',';
  return lines.map((line) => ({ cells: cellsOf(line, delimiter), titles: [] }));
}

function cellsOf(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let [cell, isQuoted] = ['', false];
  for (let i = 0; i < line.length; i++) {
    const at = line.charAt(i);
    if (at === '"') {
      if (isQuoted && line.charAt(i + 1) === '"') {
        cell += '"';
        i += 1;
      } else isQuoted = !isQuoted;
    } else if (at === delimiter && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += at;
  }
  return [...cells, cell.trim()];
}
