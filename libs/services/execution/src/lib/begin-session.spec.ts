import { common, execution } from '@trading/contracts';
import { AccountBooks } from './account-books';
import type { AccountWriter } from './account-writer';
import { rebuildWithoutSession, resumeAtBarrier } from './begin-session';
import type { ExecutionPorts } from './execution-ports';
import type { StoredItem } from './stored-steps';

const ACCOUNT = 'acc-1';

describe('a session that goes back to a barrier', () => {
  it('repeats what lies beyond it, also where the checkpoint was made while events up to a later one were repeated', async () => {
    const books = new AccountBooks(ACCOUNT, 'USD');
    // Events 1 to 9 were stored when the session before this one passed barrier 4 again.
    const checkpoint = books.snapshot({ seq: 9, notes: 3 });
    const message = execution.OrderEvent.fromPartial({ accountId: ACCOUNT, seq: 7, barrier: 6, coid: 'coid-7' });
    const note = { note: { kind: 'stops' }, afterSeq: 7, ordinal: 2, barrier: 6, inStep: true };
    const ports = {
      checkpoints: { load: () => Promise.resolve(checkpoint) },
      store: {
        eventsBeyond: () => Promise.resolve([{ inStep: true, message }]),
        notesAfter: (_account: string, count: number) => Promise.resolve(note.ordinal > count ? [note] : []),
      },
    } as unknown as ExecutionPorts;
    const writer = { accountId: ACCOUNT, books } as unknown as AccountWriter;
    const steps = await resumeAtBarrier(writer, 4, ports);
    expect(steps.inStep(6)).toMatchObject([{ message: { seq: 7 } }, { note: { kind: 'stops' } }]);
  });
});

describe('books without a session', () => {
  it('stay empty where a crash came before the first checkpoint, so that the session can be asked for', async () => {
    const books = new AccountBooks(ACCOUNT, 'USD');
    const fill = {
      fillId: 'deal-1',
      symbol: 'US500',
      side: common.Side.BUY,
      volumeLots: '1',
      price: '1400',
      commission: '0',
      swap: '0',
    };
    const request = { accountId: ACCOUNT, symbol: 'US500', side: common.Side.BUY, volumeLots: '1' };
    const message = execution.OrderEvent.fromPartial({ accountId: ACCOUNT, seq: 1, fill, order: { request } });
    const ports = {
      checkpoints: { latest: () => Promise.resolve(undefined) },
      store: {
        eventsBeyond: () => Promise.resolve([{ inStep: true, message }]),
        notesAfter: () => Promise.resolve([]),
      },
    } as unknown as ExecutionPorts;
    const rebook = (items: readonly StoredItem[]): void => {
      for (const item of items) if ('message' in item) books.book(item.message.fill as never, request as never);
    };
    const exclusive = (work: () => Promise<void>): Promise<void> => work();
    const writer = { accountId: ACCOUNT, books, exclusive, rebook, lastSeq: 0 } as unknown as AccountWriter;
    await rebuildWithoutSession({ writer, hasSession: false }, 1, ports);
    expect(books.positions(1, 0)).toEqual([]);
    expect(writer.lastSeq).toBe(1);
  });
});
