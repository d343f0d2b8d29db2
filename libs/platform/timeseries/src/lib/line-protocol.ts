import type { ColumnBatch } from './column-batch';
import { MalformedColumns, TimeSeriesError } from './errors';
import type { Tags } from './time-series-store';

/**
 * InfluxDB keeps one point per series and nanosecond, times here are microseconds, and many ticks share one: the last
 * three digits hold `seq` modulo this. So rows of one microsecond stay apart as long as their `seq` lie within a
 * thousand of each other.
 */
export const ROWS_PER_MICROSECOND = 1_000;

/** Suffix of the integer field that stands in for an infinite value, which InfluxDB cannot hold. */
export const INFINITE = '.inf';

const SUB = Array.from({ length: ROWS_PER_MICROSECOND }, (_, i) => String(i).padStart(3, '0'));
const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;
const CONTROL = /\p{Cc}|\\$/u;

/**
 * The nanosecond of a row. Before 1970 the three digits count downwards, so that cutting them off gives the microsecond
 * on both sides.
 */
export function nanosecondOf(timeUs: number, seq: number): string {
  const sub = SUB[((seq % ROWS_PER_MICROSECOND) + ROWS_PER_MICROSECOND) % ROWS_PER_MICROSECOND] ?? '000';
  return timeUs === 0 ? String(Number(sub)) : String(timeUs) + sub;
}

/** First and last nanosecond of the rows between two microseconds, both included. */
export function nanosecondRange(fromUs: number, toUs: number): readonly [string, string] {
  const first = Math.max(Math.ceil(fromUs), Number.MIN_SAFE_INTEGER);
  const last = Math.min(Math.floor(toUs), Number.MAX_SAFE_INTEGER);
  return [nanosecondOf(first, first < 0 ? 999 : 0), nanosecondOf(last, last < 0 ? 0 : 999)];
}

/**
 * Measurement and tags of a line, tags sorted as InfluxDB asks for speed.
 *
 * @throws {MalformedColumns} for tags that line protocol cannot carry
 */
export function headOf(measurement: string, tags: Tags): string {
  const pairs = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of pairs) {
    if (!NAME.test(name) || name === 'time') throw new MalformedColumns(measurement, `"${name}" is no name for a tag`);
    if (value === '' || CONTROL.test(value)) {
      throw new MalformedColumns(measurement, `the tag "${name}" is empty, ends in "\\" or holds a control character`);
    }
  }
  return `${[measurement, ...pairs.map(([name, value]) => `${name}=${escapeTag(value)}`)].join(',')} `;
}

/** Refuses fields that would collide with what a point holds anyway. */
export function checkInfluxFields(catalogue: Readonly<Record<string, readonly string[]>>): void {
  for (const [measurement, fields] of Object.entries(catalogue)) {
    if (fields.includes('time')) throw new TimeSeriesError(`"time" is no name for a field of "${measurement}".`);
  }
}

/** The rows of a batch, a line each: every field that has a number, and `seq`. */
export function linesOf(batch: ColumnBatch): string {
  const { seq, timeUs, values } = batch;
  const names = batch.fields.map((field) => `${field}=`);
  const infinite = batch.fields.map((field) => `${field}${INFINITE}=`);
  let text = '';
  for (const { series, from, to } of batch.runs) {
    for (let row = from; row < to; row++) {
      text += series.head;
      for (let f = 0; f < values.length; f++) {
        const value = values[f]?.[row] ?? Number.NaN;
        if (value - value === 0) text += `${names[f] ?? ''}${Object.is(value, -0) ? '-0' : String(value)},`;
        else if (!Number.isNaN(value)) text += `${infinite[f] ?? ''}${value > 0 ? '1i' : '-1i'},`;
      }
      const number = seq[row] ?? 0;
      text += `seq=${String(number)}i ${nanosecondOf(timeUs[row] ?? 0, number)}\n`;
    }
  }
  return text;
}

const escapeTag = (value: string): string => value.replace(/[,= ]/g, '\\$&');
