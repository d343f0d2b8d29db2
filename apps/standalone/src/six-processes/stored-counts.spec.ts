import { countSettled } from './stored-counts';

const tags = { account: 'PAPER-1' };

describe('the count of what is stored', () => {
  it('is taken when it stands still', async () => {
    const counts = [1, 5, 5, 9, 9, 9, 12];
    const store = { count: async () => counts.shift() ?? 0 };
    expect(await countSettled(store, 'tick', tags, { lookEveryMs: 0 })).toBe(9);
  });

  it('is the last one when it never stands still, and waits for a store that is away', async () => {
    let asked = 0;
    const store = {
      count: async () => {
        asked += 1;
        if (asked < 3) throw new Error('away');
        return asked;
      },
    };
    expect(await countSettled(store, 'tick', tags, { lookEveryMs: 1, withinMs: 30 })).toBeGreaterThan(3);
    const gone = { count: () => Promise.reject(new Error('away')) };
    await expect(countSettled(gone, 'tick', tags, { lookEveryMs: 1, withinMs: 5 })).rejects.toThrow('away');
  });
});
