import { localToUtcUs, type Zone } from '@trading/trading-market';
import { StatementProblem } from './statement';

/**
 * A number as terminals print it: blanks of any kind or commas between thousands, a minus of any kind, nothing for zero.
 * @throws StatementProblem
 */
export function numberCell(text: string): string {
  const bare = text.replaceAll(/[\s\u00a0\u2007\u202f']/g, '').replaceAll(/[\u2212\u2013]/g, '-');
  if (bare === '' || bare === '-') return '0';
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(bare)
    ? bare.replaceAll(',', '')
    : /^-?\d+,\d+$/.test(bare)
      ? bare.replace(',', '.')
      : bare;
  if (!/^[-+]?\d*\.?\d+$/.test(plain))
    throw new StatementProblem(`The statement has ${text} where a number should be.`);
  return plain.replace(/^\+/, '');
}

const TIME = /^(\d{4})[.\-/](\d\d)[.\-/](\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/;

/** Whether a cell is a time as terminals print it: `2013.05.02 14:30:00`. */
export function isTimeCell(text: string): boolean {
  return TIME.test(text);
}

/** UTC microseconds of a time in the terminal's zone. @throws StatementProblem */
export function timeCell(text: string, zone: Zone): number {
  const [, year, month, day, hour, minute, second = '0', fraction = ''] = TIME.exec(text) ?? [];
  if (year === undefined) throw new StatementProblem(`The statement has ${text} where a time should be.`);
  const micros = Number(fraction.padEnd(6, '0'));
  return localToUtcUs(zone, +year, Number(month), Number(day), Number(hour), Number(minute), Number(second), micros);
}

/** Columns by their names in small letters, without blanks and slashes; the nth of the same name as `name2`. */
export function columnsOf(cells: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  cells.forEach((cell, i) => {
    const name = cell.toLowerCase().replaceAll(/[^a-z]/g, '');
    if (name === '') return;
    if (!columns.has(name)) columns.set(name, i);
    else if (!columns.has(`${name}2`)) columns.set(`${name}2`, i);
  });
  return columns;
}
