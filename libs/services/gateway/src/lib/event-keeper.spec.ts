import { memoryLogger } from '@trading/platform-logging';
import { EventKeeper } from './event-keeper';

const SESSION = { accountId: 'a', sessionId: 's', journalId: 'j' };

describe('the keeper of a position', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('writes at most once a second, and what is left at the end', async () => {
    const written: number[] = [];
    const saveEvents = (_session: unknown, seq: number) => Promise.resolve(void written.push(seq));
    const keeper = new EventKeeper({ saveEvents }, SESSION, memoryLogger());
    for (let seq = 1; seq <= 50; seq++) keeper.accepted(seq);
    expect(written).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([50]);
    keeper.accepted(51);
    await keeper.flush();
    await keeper.flush();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(written).toEqual([50, 51]);
  });

  it('tries again what could not be written, with the next event', async () => {
    const written: number[] = [];
    let isAway = true;
    const saveEvents = (_session: unknown, seq: number) =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(void written.push(seq));
    const log = memoryLogger();
    const keeper = new EventKeeper({ saveEvents }, SESSION, log);
    keeper.accepted(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(log.entries).toHaveLength(1);
    isAway = false;
    await keeper.flush();
    expect(written).toEqual([1]);
  });
});
