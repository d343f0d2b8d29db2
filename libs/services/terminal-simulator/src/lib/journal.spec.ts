import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderOf } from '../testing/simulator-stage';
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

  it('keeps each request, how far the broker was heard of, and each attempt once', () => {
    const first = open();
    const cancel = { requestId: 'c-1', coid: 'o', epoch: 4 };
    first.append({ kind: 'submit', n: 2, hash: 'h1', order: orderOf({ coid: 'o', epoch: 3 }) });
    first.append({ kind: 'cancel', n: 2, hash: 'h2', cancel });
    first.reach(7);
    first.reach(6);
    for (const number of [1, 2, 2, 3]) first.attempt(1, number);
    first.close();
    const lines = readFileSync(join(folder, JOURNAL_FILE), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      ...['header', 'submit', 'cancel', 'reached', 'attempt', 'attempt'],
    ]);
    const second = open();
    expect(second).toMatchObject({ epoch: 4, lastBarrier: 7 });
    expect(second.at(2)).toMatchObject([{ ordinal: 1 }, { ordinal: 2, record: { cancel } }]);
    expect(second.requested('c-1')?.hash).toBe('h2');
    second.close();
  });

  it('can be lost: another journal then, which knows nothing, while the broker remembers', () => {
    const first = open();
    first.append({ kind: 'submit', n: 2, hash: 'h1', order: orderOf({ coid: 'o', epoch: 3 }) });
    first.append({ kind: 'tombstone', coid: 't' });
    const { journalId } = first;
    first.lose(5);
    first.close();
    const second = open();
    expect(second.journalId).not.toBe(journalId);
    expect([second.epoch, second.submitted('o'), second.isTombstoned('t')]).toEqual([0, undefined, false]);
    expect(second.at(2)).toHaveLength(1);
    expect(second.at(5)).toMatchObject([{ kind: 'lost' }]);
    second.append({ kind: 'submit', n: 6, hash: 'h1', order: orderOf({ coid: 'o' }) });
    expect(second.at(6)).toMatchObject([{ ordinal: 2 }]);
    second.close();
  });

  it('is read as it was written before there were other commands than submits', () => {
    const order = {
      ...{ coid: 'o', symbol: 'EURUSD', side: 'BUY', type: 'MARKET', volume: '0.10', worstPrice: '0', fillings: [] },
      ...{ tif: 'IOC', magic: '7', tag: 'Q', notAfter: 9, epoch: 2, reduceOnly: false },
    };
    const lines = [
      { kind: 'header', version: 1, journalId: 'old', fingerprint: 'f' },
      { kind: 'subscribe', n: 0, bars },
      { kind: 'submit', n: 3, hash: 'h', order },
      { kind: 'fence', epoch: 5 },
    ];
    writeFileSync(join(folder, JOURNAL_FILE), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const journal = open();
    expect(journal).toMatchObject({ journalId: 'old', epoch: 5, lastBarrier: 3 });
    expect(journal.submitted('o')).toMatchObject({ hash: 'h', order });
    journal.close();
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
