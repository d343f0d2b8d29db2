const HEADER_BYTES = 20;
const INT4 = 23;
const INT8 = 20;
const FLOAT8 = 701;

/**
 * A column in the binary form of a PostgreSQL array parameter: 1 dimension, no nulls, element type, count, lower
 * bound, then each element behind its length (PostgreSQL source, `array_recv` in arrayfuncs.c; all big-endian). It is
 * filled in place, so a row costs neither text nor objects.
 */
export class BinaryColumn {
  readonly bytes: Buffer;
  private readonly view: DataView;
  private readonly stride: number;

  private constructor(type: number, elementBytes: number, capacity: number) {
    this.stride = 4 + elementBytes;
    this.bytes = Buffer.alloc(HEADER_BYTES + capacity * this.stride);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    this.view.setInt32(0, 1);
    this.view.setInt32(8, type);
    this.view.setInt32(16, 1);
    for (let row = 0; row < capacity; row++) this.view.setInt32(HEADER_BYTES + row * this.stride, elementBytes);
  }

  static int4(capacity: number): BinaryColumn {
    return new BinaryColumn(INT4, 4, capacity);
  }

  static int8(capacity: number): BinaryColumn {
    return new BinaryColumn(INT8, 8, capacity);
  }

  static float8(capacity: number): BinaryColumn {
    return new BinaryColumn(FLOAT8, 8, capacity);
  }

  setInt4(row: number, value: number): void {
    this.view.setInt32(this.offset(row), value);
  }

  /** Integers beyond 2^53 have lost their last digits already; they are not checked here. */
  setInt8(row: number, value: number): void {
    const high = Math.floor(value / 4_294_967_296);
    const offset = this.offset(row);
    this.view.setInt32(offset, high);
    this.view.setUint32(offset + 4, value - high * 4_294_967_296);
  }

  setFloat8(row: number, value: number): void {
    this.view.setFloat64(this.offset(row), value);
  }

  /** The first rows as a parameter; valid until the column is written again. */
  parameter(rows: number): Buffer {
    this.view.setInt32(12, rows);
    return this.bytes.subarray(0, HEADER_BYTES + rows * this.stride);
  }

  private offset(row: number): number {
    return HEADER_BYTES + row * this.stride + 4;
  }
}
