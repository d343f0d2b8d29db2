const POWERS_OF_TEN = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15] as const;
const NUMBER = /^[+-]?(?:\d+\.?(\d*)|\.(\d+))(?:[eE][+-]?\d+)?$/;

/** Reads decimal numbers out of a longer text without cutting it up; the value always equals `Number(text)`. */
export class NumberReader {
  /** Digits after the point of the number read last. */
  decimals = 0;

  /** NaN for anything but a decimal number. */
  read(text: string, start: number, end: number): number {
    let mantissa = 0;
    let digits = 0;
    let point = -1;
    for (let i = start; i < end; i += 1) {
      const code = text.charCodeAt(i);
      if (code >= 48 && code <= 57) {
        mantissa = mantissa * 10 + (code - 48);
        digits += 1;
      } else if (code === 46 && point < 0) {
        point = i;
      } else {
        return this.readAny(text.slice(start, end));
      }
    }
    // Up to 15 digits the mantissa and the power of ten are exact, so that their quotient is rounded once, as Number's.
    if (digits > 15) return this.readAny(text.slice(start, end));
    if (digits === 0) return NaN;
    this.decimals = point < 0 ? 0 : end - point - 1;
    return this.decimals === 0 ? mantissa : mantissa / (POWERS_OF_TEN[this.decimals] ?? NaN);
  }

  private readAny(text: string): number {
    const match = NUMBER.exec(text);
    if (match === null) return NaN;
    this.decimals = (match[1] ?? match[2] ?? '').length;
    return Number(text);
  }
}
