import { KEPT_EVENTS, ReliableLog } from './reliable-log';

describe('the reliable log of a live terminal', () => {
  const body = { deal: '1', kind: 'deposit', amount: '1', comment: '', time: 1 } as const;
  const filled = (count: number): ReliableLog => {
    const log = new ReliableLog();
    for (let seq = 1; seq <= count; seq += 1) log.reliable({ type: 'cash.event', body, seq });
    return log;
  };

  it('keeps the newest, at least as many as the protocol wants', () => {
    expect(filled(10).range).toEqual({ first: 1, last: 10 });
    const { first, last } = filled(3 * KEPT_EVENTS).range;
    expect(last).toBe(3 * KEPT_EVENTS);
    expect(last - first + 1).toBeGreaterThanOrEqual(KEPT_EVENTS);
    expect(last - first + 1).toBeLessThanOrEqual(2 * KEPT_EVENTS);
  });

  it('answers from the first that it kept', () => {
    const log = filled(3 * KEPT_EVENTS);
    expect(log.since(3 * KEPT_EVENTS - 2).map(({ seq }) => seq)).toEqual([3 * KEPT_EVENTS - 1, 3 * KEPT_EVENTS]);
    expect(log.since(0)[0]?.seq).toBe(log.range.first);
  });

  it('has nothing at first, and after its journal is gone', () => {
    expect(new ReliableLog().range).toEqual({ first: 1, last: 0 });
    const log = filled(5);
    log.clear();
    expect([log.range, log.since(0)]).toEqual([{ first: 1, last: 0 }, []]);
  });
});
