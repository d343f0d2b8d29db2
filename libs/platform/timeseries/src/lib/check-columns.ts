import { MalformedColumns, UnknownMeasurement } from './errors';
import type { Catalogue, SeriesColumns } from './time-series-store';

/** @throws {UnknownMeasurement} */
export function fieldsOf(catalogue: Catalogue, measurement: string): readonly string[] {
  const fields = catalogue[measurement];
  if (fields === undefined) throw new UnknownMeasurement(measurement);
  return fields;
}

/** @throws {MalformedColumns} unless there is an equally long column for each field, and no other */
export function checkColumns(measurement: string, fields: readonly string[], columns: SeriesColumns): void {
  const rows = columns.seq.length;
  const refuse = (reason: string): never => {
    throw new MalformedColumns(measurement, reason);
  };
  if (columns.timeUs.length !== rows) refuse(`${rows} seq but ${columns.timeUs.length} timeUs`);
  for (const field of fields) {
    const length = columns.fields[field]?.length;
    if (length !== rows) refuse(length === undefined ? `no "${field}"` : `${rows} seq but ${length} "${field}"`);
  }
  for (const field in columns.fields) if (!fields.includes(field)) refuse(`"${field}" is not in the catalogue`);
}
