import * as fc from 'fast-check';
import { NumberReader } from './number-reader';

const reader = new NumberReader();
const read = (text: string) => reader.read(`,${text},`, 1, 1 + text.length);

describe('NumberReader', () => {
  it('reads any decimal number exactly as Number does', () => {
    const written = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.tuple(fc.nat(), fc.integer({ min: 0, max: 15 })).map(([n, decimals]) => (n / 7).toFixed(decimals)),
      fc.stringMatching(/^[0-9]{1,18}\.[0-9]{0,12}$/),
      fc.stringMatching(/^[0-9]{1,12}$/),
    );
    fc.assert(
      fc.property(written, (text) => {
        expect(read(text)).toBe(Number(text));
      }),
      { seed: 42, numRuns: 3000 },
    );
  });

  it.each(['', '.', '-', 'abc', '1.2.3', '1,2', '0x10', '1e', 'Infinity', 'NaN', '1 2', '１'])(
    'refuses "%s"',
    (text) => {
      expect(read(text)).toBeNaN();
    },
  );

  it.each([
    ['1.38680', 5],
    ['100', 0],
    ['100.', 0],
    ['-1.50', 2],
    ['1234567890123456.123', 3],
  ])('counts the digits after the point of %s: %d', (text, decimals) => {
    read(text);
    expect(reader.decimals).toBe(decimals);
  });
});
