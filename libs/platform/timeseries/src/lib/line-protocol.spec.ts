import { ColumnBatch } from './column-batch';
import { headOf, linesOf, nanosecondOf, nanosecondRange } from './line-protocol';

const batchOf = (seq: number[], timeUs: number[], value: number[]): ColumnBatch => {
  const batch = new ColumnBatch('level', ['value'], 10);
  batch.add(
    { measurement: 'level', head: headOf('level', { of: 'x' }) },
    { seq, timeUs, fields: { value } },
    0,
    seq.length,
  );
  return batch;
};

describe('line protocol', () => {
  it('writes every digit of a number, stands in for what is none, and leaves out what is unknown', () => {
    const values = [0.1 + 0.2, -0, 1e21, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    const rows = values.map((_, i) => i);
    expect(
      linesOf(
        batchOf(
          rows,
          rows.map(() => 5),
          values,
        ),
      ).split('\n'),
    ).toEqual([
      'level,of=x value=0.30000000000000004,seq=0i 5000',
      'level,of=x value=-0,seq=1i 5001',
      'level,of=x value=1e+21,seq=2i 5002',
      'level,of=x value.inf=1i,seq=3i 5003',
      'level,of=x value.inf=-1i,seq=4i 5004',
      'level,of=x seq=5i 5005',
      '',
    ]);
  });

  it('gives rows of one microsecond nanoseconds of their own that still name the microsecond', () => {
    for (const timeUs of [-1_000, -1, 0, 1, 1_398_902_400_292_001, Number.MAX_SAFE_INTEGER]) {
      const all = Array.from({ length: 1_000 }, (_, i) => nanosecondOf(timeUs, 998_500 + i));
      expect(new Set(all).size).toBe(1_000);
      expect(all.every((ns) => BigInt(ns) / 1_000n === BigInt(timeUs))).toBe(true);
      const [first, last] = nanosecondRange(timeUs, timeUs).map(BigInt) as [bigint, bigint];
      expect(all.every((ns) => BigInt(ns) >= first && BigInt(ns) <= last)).toBe(true);
    }
    expect(nanosecondOf(5, -1)).toBe('5999');
  });

  it('keeps ranges apart from their neighbours and inside what a time can be', () => {
    expect(nanosecondRange(3, 5)).toEqual(['3000', '5999']);
    expect(nanosecondRange(-5, -3)).toEqual(['-5999', '-3000']);
    expect(nanosecondRange(0, 0)).toEqual(['0', '999']);
    expect(nanosecondRange(2.5, 3.5)).toEqual(['3000', '3999']);
    expect(nanosecondRange(-Infinity, Infinity)).toEqual(['-9007199254740991999', '9007199254740991999']);
  });

  it('escapes tags and sorts them, and refuses what a line cannot carry', () => {
    expect(headOf('tick', { symbol: 'US 500,a=b', account: 'a1' })).toBe('tick,account=a1,symbol=US\\ 500\\,a\\=b ');
    for (const tags of [{ of: '' }, { of: 'a\nb' }, { of: 'a\\' }, { 'a b': 'x' }, { time: 'x' }]) {
      expect(() => headOf('tick', tags as Record<string, string>)).toThrow('cannot be written');
    }
  });

  it('says which rows belong to which series', () => {
    const batch = new ColumnBatch('level', ['value'], 4);
    const [a, b] = ['a', 'b'].map((of) => ({ measurement: 'level', head: headOf('level', { of }) }));
    const columns = { seq: [1, 2], timeUs: [1, 2], fields: { value: [7, 8] } };
    batch.add(a!, columns, 0, 1);
    batch.add(a!, columns, 1, 2);
    batch.add(b!, columns, 1, 2);
    expect(batch.runs.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [2, 3],
    ]);
    expect(linesOf(batch)).toBe(
      'level,of=a value=7,seq=1i 1001\nlevel,of=a value=8,seq=2i 2002\nlevel,of=b value=8,seq=2i 2002\n',
    );
  });
});
