import type { SessionStart } from '@trading/platform-barrier';
import type { BooksState } from './account-books';
import type { AccountWriter } from './account-writer';
import type { ExecutionPorts } from './execution-stage';
import { inOrder, StoredSteps } from './stored-steps';

/**
 * Books of an account at a barrier of simulated time, and what was stored beyond it, which is repeated at its barriers.
 * To be called within the writer's `exclusive`, as all here.
 */
export async function resumeAtBarrier(
  writer: AccountWriter,
  n: number,
  { store, checkpoints }: ExecutionPorts,
): Promise<StoredSteps> {
  const { accountId } = writer;
  const state = await checkpoints.load<BooksState>(accountId, n);
  writer.books.restore(state);
  const { seq = 0, notes = 0 } = state ?? {};
  const events = (await store.eventsBeyond(accountId, n)).filter(({ message }) => message.seq > seq);
  const noted = await store.notesAfter(accountId, notes);
  return new StoredSteps(
    events,
    noted.filter(({ barrier, inStep }) => barrier > n || (barrier === n && !inStep)),
  );
}

/** Books of an account as they are now: the newest checkpoint and all that was stored after it. */
export async function resumeLive(writer: AccountWriter, { store, checkpoints }: ExecutionPorts): Promise<void> {
  const { accountId } = writer;
  const latest = await checkpoints.latest<BooksState>(accountId);
  const state = latest?.state;
  writer.books.restore(state);
  const events =
    state?.seq === undefined
      ? await store.eventsBeyond(accountId, latest?.barrier ?? -1)
      : (await store.eventsAfter(accountId, state.seq)).map((message) => ({ message, inStep: false }));
  writer.rebook(inOrder(events, await store.notesAfter(accountId, state?.notes ?? 0)));
}

/** The writer's numbers as the store has them, and what is open. */
export async function recallWriter(writer: AccountWriter, { store }: ExecutionPorts, session: SessionStart) {
  const row = await store.account(writer.accountId);
  writer.lastSeq = row?.lastSeq ?? 0;
  writer.barrier = row?.barrier ?? 0;
  writer.noteCount = await store.noteCount(writer.accountId);
  await writer.recall();
  writer.outbox.begin(session.sessionId, session.lockstep, row?.publishedSeq ?? 0);
  return row;
}
