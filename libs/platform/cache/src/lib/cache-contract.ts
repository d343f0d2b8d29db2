import type { Cache } from './cache';

export interface CacheUnderTest {
  readonly cache: Cache;
  /** Lets `ms` milliseconds pass for the cache: a manual clock's step, or a real wait. */
  pass(ms: number): Promise<void> | void;
  close?(): Promise<void> | void;
}

/** What every {@link Cache} does; called inside a spec file with a maker of the adapter. */
export function cacheContract(name: string, make: () => Promise<CacheUnderTest> | CacheUnderTest): void {
  describe(`${name} as a cache`, () => {
    let tested: CacheUnderTest;
    beforeEach(async () => {
      tested = await make();
    });
    afterEach(async () => {
      await tested.close?.();
    });

    it('returns undefined for a key it never saw', async () => {
      expect(await tested.cache.get('nothing')).toBeUndefined();
    });

    it('returns what was set, equal but not the same object', async () => {
      const value = { bid: 1.1, tags: ['a', null], nested: { ok: true } };
      await tested.cache.set('quote', value);
      value.tags.push('later');
      expect(await tested.cache.get('quote')).toEqual({ bid: 1.1, tags: ['a', null], nested: { ok: true } });
    });

    it.each([0, false, '', null])('keeps %p apart from absent', async (value) => {
      await tested.cache.set('falsy', value);
      expect(await tested.cache.get('falsy')).toBe(value);
    });

    it('replaces a value and its time to live', async () => {
      await tested.cache.set('key', 'short', 50);
      await tested.cache.set('key', 'for ever');
      await tested.pass(100);
      expect(await tested.cache.get('key')).toBe('for ever');
    });

    it('forgets a value when its time to live is over, not before', async () => {
      await tested.cache.set('key', 'value', 1000);
      await tested.pass(100);
      expect(await tested.cache.get('key')).toBe('value');
      await tested.pass(1000);
      expect(await tested.cache.get('key')).toBeUndefined();
    });

    it('deletes one key only, and an absent key without complaint', async () => {
      await tested.cache.set('a', 1);
      await tested.cache.set('b', 2);
      await tested.cache.delete('a');
      await tested.cache.delete('never there');
      expect([await tested.cache.get('a'), await tested.cache.get('b')]).toEqual([undefined, 2]);
    });
  });
}
