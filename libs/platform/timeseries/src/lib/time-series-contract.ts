import type { Catalogue, SeriesColumns, TimeSeriesStore } from './time-series-store';

/** What a store under test has to be opened with. */
export const CONTRACT_CATALOGUE: Catalogue = { tick: ['bid', 'ask'], level: ['value'] };

const rows = (from: number, to: number): SeriesColumns => {
  const seq = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    seq,
    timeUs: seq.map((n) => n * 1_000),
    fields: { bid: seq.map((n) => n / 4), ask: seq.map((n) => n / 4 + 1) },
  };
};
const row = (n: number) => ({ seq: n, timeUs: n * 1_000, fields: { bid: n / 4, ask: n / 4 + 1 } });

/** What every adapter of {@link TimeSeriesStore} holds to. Call it in a spec; `make` gives an empty store each time. */
export function timeSeriesContract(name: string, make: () => Promise<TimeSeriesStore>): void {
  describe(`${name} as a time series store`, () => {
    let store: TimeSeriesStore;
    const eurusd = { account: 'a1', symbol: 'EURUSD' };
    beforeEach(async () => {
      store = await make();
    });
    afterEach(async () => {
      await store.close();
    });

    it('gives back what was written and flushed, in order', async () => {
      store.write('tick', eurusd, rows(3, 6));
      store.write('tick', eurusd, rows(0, 3));
      await store.flush();
      expect(await store.query('tick', eurusd)).toEqual([0, 1, 2, 3, 4, 5].map(row));
      expect(await store.count('tick', eurusd)).toBe(6);
    });

    it('keeps every digit of times and values, and values that are no numbers', async () => {
      const values = [0.1 + 0.2, -0, 1e-300, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN];
      const timeUs = [-1, 0, 1, 1_398_902_400_292_001, 4_294_967_296, 9_007_199_254_740_991];
      store.write('level', { of: 'x' }, { seq: [1, 2, 3, 4, 5, 6], timeUs, fields: { value: values } });
      await store.flush();
      const found = await store.query('level', { of: 'x' });
      expect(found.map((r) => r.fields['value'])).toEqual(values);
      expect(found.map((r) => r.timeUs)).toEqual(timeUs);
    });

    it('changes nothing when rows are written again', async () => {
      store.write('tick', eurusd, rows(0, 5));
      store.write('tick', eurusd, rows(0, 5));
      await store.flush();
      store.write('tick', eurusd, rows(4, 6));
      await store.flush();
      expect(await store.query('tick', eurusd)).toEqual([0, 1, 2, 3, 4, 5].map(row));
    });

    it('keeps series apart by tags, whose order does not matter', async () => {
      store.write('tick', eurusd, rows(0, 2));
      store.write('tick', { symbol: 'EURUSD', account: 'a1' }, rows(2, 4));
      store.write('tick', { ...eurusd, symbol: 'GBPUSD' }, rows(0, 1));
      await store.flush();
      expect(await store.count('tick', eurusd)).toBe(4);
      expect(await store.count('tick', { account: 'a1', symbol: 'GBPUSD' })).toBe(1);
      expect(await store.count('tick', { account: 'nobody' })).toBe(0);
      expect(await store.query('tick', { account: 'nobody' })).toEqual([]);
    });

    it('selects by time, both ends included, from either end, up to a limit', async () => {
      store.write('tick', eurusd, rows(0, 10));
      await store.flush();
      const seqs = async (range: object) => (await store.query('tick', eurusd, range)).map((r) => r.seq);
      expect(await seqs({ fromUs: 3_000, toUs: 5_000 })).toEqual([3, 4, 5]);
      expect(await seqs({ limit: 2 })).toEqual([0, 1]);
      expect(await seqs({ limit: 2, descending: true })).toEqual([9, 8]);
      expect(await seqs({ toUs: 5_500, limit: 1, descending: true })).toEqual([5]);
    });

    it('keeps a thousand rows of one microsecond apart, in order, from either end', async () => {
      const seq = Array.from({ length: 1_000 }, (_, i) => 1_700 + i);
      const one = { seq, timeUs: seq.map(() => 1_398_902_400_292_000), fields: { value: seq } };
      store.write('level', { of: 'x' }, { seq: [1_699], timeUs: [1_398_902_400_291_999], fields: { value: [1_699] } });
      store.write('level', { of: 'x' }, one);
      store.write('level', { of: 'x' }, { seq: [2_700], timeUs: [1_398_902_400_292_001], fields: { value: [2_700] } });
      await store.flush();
      expect(await store.count('level', { of: 'x' })).toBe(1_002);
      const seqs = async (range: object) => (await store.query('level', { of: 'x' }, range)).map((r) => r.seq);
      expect(await seqs({})).toEqual(Array.from({ length: 1_002 }, (_, i) => 1_699 + i));
      expect(await seqs({ limit: 4 })).toEqual([1_699, 1_700, 1_701, 1_702]);
      expect(await seqs({ limit: 3, descending: true })).toEqual([2_700, 2_699, 2_698]);
      expect(await seqs({ toUs: 1_398_902_400_292_000, limit: 2, descending: true })).toEqual([2_699, 2_698]);
    });

    it('tells what was flushed, and finds exactly the tags that it is asked for', async () => {
      expect(await store.flush()).toEqual({ kind: 'stored' });
      store.write('level', { of: 'it\'s a, b=\\c "d"', kind: 'é' }, { seq: [1], timeUs: [1], fields: { value: [1] } });
      store.write('level', {}, { seq: [2], timeUs: [2], fields: { value: [2] } });
      expect(await store.flush()).toEqual({ kind: 'stored' });
      expect(await store.count('level', { of: 'it\'s a, b=\\c "d"', kind: 'é' })).toBe(1);
      expect(await store.count('level', { kind: 'é' })).toBe(0);
      expect((await store.query('level', {})).map((r) => r.seq)).toEqual([2]);
    });

    it('stores more rows than fit one batch', async () => {
      store.write('tick', eurusd, rows(0, 20_001));
      await store.flush();
      expect(await store.count('tick', eurusd)).toBe(20_001);
      expect(await store.query('tick', eurusd, { limit: 1, descending: true })).toEqual([row(20_000)]);
    });

    it('refuses what the catalogue does not hold and columns that do not match', () => {
      const refusal = (work: () => void): unknown => {
        try {
          work();
          return undefined;
        } catch (error) {
          return (error as { code?: unknown }).code;
        }
      };
      expect(refusal(() => store.write('unknown', {}, rows(0, 1)))).toBe('UNKNOWN_MEASUREMENT');
      const short = { ...rows(0, 2), timeUs: [0] };
      const missing = { seq: [1], timeUs: [1], fields: { bid: [1] } };
      const extra = { seq: [1], timeUs: [1], fields: { value: [1], more: [1] } };
      expect(refusal(() => store.write('tick', {}, short))).toBe('MALFORMED_COLUMNS');
      expect(refusal(() => store.write('tick', {}, missing))).toBe('MALFORMED_COLUMNS');
      expect(refusal(() => store.write('level', {}, extra))).toBe('MALFORMED_COLUMNS');
    });
  });
}
