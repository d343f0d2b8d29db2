import { agree } from './agreement';
import type { CompiledModel, Inference } from './compiled-model';
import { ModelRefused } from './errors';

/** Rows and the answers that the model gave to them when it was trained. */
export interface GoldenVectors {
  readonly width: number;
  /** float32 values, NaN and infinities among them. */
  readonly rows: readonly Float32Array[];
  readonly expected: readonly Inference[];
}

const MAGIC = 0x31444c47;
const HEADER_BYTES = 12;

/** Asks the model itself for the answers. */
export function recordGolden(model: CompiledModel, rows: readonly ArrayLike<number>[]): GoldenVectors {
  const float32 = rows.map((row) => Float32Array.from(row));
  return { width: model.width, rows: float32, expected: float32.map((row) => model.predict(row)) };
}

/**
 * Layout of `golden.bin`, little-endian: `GLD1`, uint32 number of rows, uint32 width, then for each row `width` float32
 * features, float32 margin, float32 probability. NaN is always 0x7fc00000, so that equal vectors are equal bytes.
 */
export function encodeGolden({ width, rows, expected }: GoldenVectors): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + rows.length * (width + 2) * 4));
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, rows.length, true);
  view.setUint32(8, width, true);
  let offset = HEADER_BYTES;
  rows.forEach((row, index) => {
    const answer = expected[index];
    for (const value of [...row, answer?.margin ?? NaN, answer?.probability ?? NaN]) {
      if (Number.isNaN(value)) view.setUint32(offset, 0x7fc00000, true);
      else view.setFloat32(offset, value, true);
      offset += 4;
    }
  });
  return new Uint8Array(view.buffer);
}

/** @throws ModelRefused (`GOLDEN_INVALID`) when the bytes are not such a file, or it holds no rows */
export function decodeGolden(bytes: Uint8Array): GoldenVectors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new ModelRefused('GOLDEN_INVALID', 'The golden vectors do not begin with GLD1.');
  }
  const count = view.getUint32(4, true);
  const width = view.getUint32(8, true);
  const size = HEADER_BYTES + count * (width + 2) * 4;
  if (count === 0 || width === 0 || bytes.byteLength !== size) {
    throw new ModelRefused(
      'GOLDEN_INVALID',
      `The golden vectors claim ${count} rows of ${width}, which is ${size} bytes, and have ${bytes.byteLength}.`,
    );
  }
  const at = (row: number, column: number): number =>
    view.getFloat32(HEADER_BYTES + (row * (width + 2) + column) * 4, true);
  const indices = Array.from({ length: count }, (_, row) => row);
  return {
    width,
    rows: indices.map((row) => Float32Array.from({ length: width }, (_, column) => at(row, column))),
    expected: indices.map((row) => ({ margin: at(row, width), probability: at(row, width + 1) })),
  };
}

export type GoldenCheck = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether the model still gives the recorded answers. */
export function checkGolden(model: CompiledModel, golden: GoldenVectors): GoldenCheck {
  if (golden.width !== model.width) {
    return { ok: false, reason: `The golden rows have ${golden.width} features; the model takes ${model.width}.` };
  }
  for (const [index, row] of golden.rows.entries()) {
    const actual = model.predict(row);
    const expected = golden.expected[index] ?? { margin: NaN, probability: NaN };
    if (!agree(expected, actual)) {
      return {
        ok: false,
        reason: `Golden row ${index} should give ${describe(expected)} and gives ${describe(actual)}.`,
      };
    }
  }
  return { ok: true };
}

/** For messages about a row. */
export function describe({ margin, probability }: Inference): string {
  return `margin ${margin}, probability ${probability}`;
}
