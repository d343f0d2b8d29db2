import { TimeSeriesUnavailable } from './errors';
import { INFINITE, nanosecondRange } from './line-protocol';
import type { SeriesRange, SeriesRow, Tags } from './time-series-store';

interface Answer {
  readonly results?: readonly { readonly error?: string; readonly series?: readonly AnsweredSeries[] }[];
  readonly error?: string;
}

interface AnsweredSeries {
  readonly tags?: Tags;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** `SELECT` of a series' rows in InfluxQL, which reads raw rows several times faster than Flux. */
export function rowsStatement(
  measurement: string,
  fields: readonly string[],
  tags: Tags,
  { fromUs, toUs, limit, descending = false }: SeriesRange,
): string {
  const columns = ['seq', ...fields, ...fields.map((field) => `${field}${INFINITE}`)].map(identifier).join(', ');
  const [from, to] = nanosecondRange(fromUs ?? Number.MIN_SAFE_INTEGER, toUs ?? Number.MAX_SAFE_INTEGER);
  const end = limit === undefined ? '' : ` LIMIT ${limit}`;
  const order = descending ? ' ORDER BY time DESC' : '';
  const where = [`time >= ${from}`, `time <= ${to}`, ...conditionsOf(tags)].join(' AND ');
  return `SELECT ${columns} FROM ${identifier(measurement)} WHERE ${where} GROUP BY *${order}${end}`;
}

/** `SELECT` of the number of rows; see {@link countOf}. */
export function countStatement(measurement: string, tags: Tags): string {
  const [from, to] = nanosecondRange(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const where = [`time >= ${from}`, `time <= ${to}`, ...conditionsOf(tags)].join(' AND ');
  return `SELECT count("seq") FROM ${identifier(measurement)} WHERE ${where} GROUP BY *`;
}

/** The rows of the one series that has exactly these tags. */
export async function rowsOf(
  lines: AsyncIterable<string>,
  tags: Tags,
  fields: readonly string[],
): Promise<SeriesRow[]> {
  const rows: SeriesRow[] = [];
  for await (const { columns, values } of seriesOf(lines, tags)) {
    const at = (name: string) => columns.indexOf(name);
    const [time, seq] = [at('time'), at('seq')];
    const places = fields.map((field) => [field, at(field), at(`${field}${INFINITE}`)] as const);
    for (const row of values) {
      const numbers: Record<string, number> = {};
      for (const [field, value, infinite] of places) numbers[field] = row[value] ?? infinity(row[infinite]);
      rows.push({ seq: row[seq] ?? 0, timeUs: row[time] ?? 0, fields: numbers });
    }
  }
  return rows;
}

/** The number of rows of the one series that has exactly these tags. */
export async function countOf(lines: AsyncIterable<string>, tags: Tags): Promise<number> {
  let count = 0;
  for await (const { columns, values } of seriesOf(lines, tags)) count += values[0]?.[columns.indexOf('count')] ?? 0;
  return count;
}

/** Other series of the measurement may have these tags and more; their absence reads as an empty text. */
async function* seriesOf(lines: AsyncIterable<string>, tags: Tags): AsyncGenerator<AnsweredSeries> {
  const wanted = Object.keys(tags).length;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = JSON.parse(line) as Answer;
    for (const { error, series = [] } of answer.results ?? [{ error: answer.error ?? 'no result' }]) {
      if (error !== undefined) throw new TimeSeriesUnavailable(error);
      for (const one of series) {
        if (Object.values(one.tags ?? {}).filter((value) => value !== '').length === wanted) yield one;
      }
    }
  }
}

const conditionsOf = (tags: Tags): string[] =>
  Object.entries(tags).map(([name, value]) => `${identifier(name)} = '${value.replace(/[\\']/g, '\\$&')}'`);

const identifier = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`;

const infinity = (sign: number | null | undefined): number =>
  sign === null || sign === undefined ? Number.NaN : sign * Number.POSITIVE_INFINITY;
