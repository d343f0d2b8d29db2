import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, JOURNAL_FILE } from './journal';

describe('the journal', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'journal-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (): Journal => Journal.open(folder, 'f');
  const bars = [{ symbol: 'EURUSD', timeframe: 'M1' }];

  it('keeps its identity and what it was told', () => {
    const first = open();
    first.append({ kind: 'fence', epoch: 3 });
    first.append({ kind: 'subscribe', n: 4, bars });
    first.append({ kind: 'tombstone', coid: 'c' });
    first.close();
    const second = open();
    expect(second).toMatchObject({ journalId: first.journalId, epoch: 3, lastBarrier: 4 });
    expect(second.at(4)).toEqual([{ kind: 'subscribe', n: 4, bars }]);
    expect([second.isTombstoned('c'), second.isTombstoned('d'), second.isSubscribed(bars)]).toEqual([
      true,
      false,
      true,
    ]);
    second.close();
  });

  it('cuts off a last line that was torn and goes on after it', () => {
    const first = open();
    first.append({ kind: 'fence', epoch: 1 });
    first.close();
    appendFileSync(join(folder, JOURNAL_FILE), '{"kind":"fence","epo');
    const second = open();
    expect(second.epoch).toBe(1);
    second.append({ kind: 'fence', epoch: 2 });
    second.close();
    const third = open();
    expect(third.epoch).toBe(2);
    third.close();
  });

  it('is refused to a run with other data or options', () => {
    open().close();
    expect(() => Journal.open(folder, 'g')).toThrow(/other data or options/);
  });

  it('is refused when a line within it is broken', () => {
    const first = open();
    first.append({ kind: 'fence', epoch: 1 });
    first.close();
    appendFileSync(join(folder, JOURNAL_FILE), '{"kind":"fancy"}\n{"kind":"fence","epoch":2}\n');
    expect(open).toThrow(/line 3/);
  });

  it('is another one in another folder', () => {
    const one = open();
    const two = Journal.open(join(folder, 'deeper'), 'f');
    expect(two.journalId).not.toBe(one.journalId);
    one.close();
    two.close();
  });
});
