import type { execution } from '@trading/contracts';
import type { SessionStart } from '@trading/platform-barrier';
import type { BooksState } from './account-books';
import type { StoredNote } from './book-note';
import type { AccountWriter } from './account-writer';
import { PortfolioInstrumentUnknown } from '@trading/trading-portfolio';
import { LeaseLost } from './account-lease';
import type { ExecutionPorts } from './execution-ports';
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
  // By barriers alone: a checkpoint that was made while stored events were repeated knows of sequences beyond its own.
  const events = await store.eventsBeyond(accountId, n);
  const noted = await store.notesAfter(accountId, 0);
  return new StoredSteps(
    events,
    noted.filter((note) => isBeyond(note, n)),
  );
}

/** Books of an account as they are now: the newest checkpoint and all that was stored after it. */
export async function resumeLive(writer: AccountWriter, { store, checkpoints }: ExecutionPorts): Promise<void> {
  const { accountId } = writer;
  const latest = await checkpoints.latest<BooksState>(accountId);
  const state = latest?.state;
  writer.books.restore(state);
  if (state?.seq === undefined) {
    const n = latest?.barrier ?? -1;
    const notes = (await store.notesAfter(accountId, 0)).filter((note) => isBeyond(note, n));
    writer.rebook(inOrder(await store.eventsBeyond(accountId, n), notes));
    return;
  }
  const events = (await store.eventsAfter(accountId, state.seq)).map((message) => ({ message, inStep: false }));
  writer.rebook(inOrder(events, await store.notesAfter(accountId, state.notes ?? 0)));
}

/**
 * Books as the store has them, for who asks before a session has begun. Before the first checkpoint nobody knows the
 * instruments of what was filled until the session says them: the books stay empty until then.
 */
export async function rebuildWithoutSession(
  stage: { readonly writer: AccountWriter; readonly hasSession: boolean },
  lastSeq: number,
  ports: ExecutionPorts,
): Promise<void> {
  const { writer } = stage;
  await writer.exclusive(async () => {
    if (stage.hasSession) return;
    writer.lastSeq = lastSeq;
    try {
      await resumeLive(writer, ports);
    } catch (error) {
      if (!(error instanceof PortfolioInstrumentUnknown)) throw error;
      writer.books.restore(undefined);
    }
  });
}

const isBeyond = ({ barrier, inStep }: StoredNote, n: number): boolean => barrier > n || (barrier === n && !inStep);

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

/** A gateway that is away is told of the epoch before the first command. */
export async function fenceTerminal(writer: AccountWriter, { door, logger }: ExecutionPorts): Promise<void> {
  await door.fence(writer).catch((error: unknown) => {
    if (error instanceof LeaseLost) throw error;
    logger.warn({ accountId: writer.accountId, error: String(error) }, 'The gateway could not be fenced yet.');
  });
}

/** What lies before barrier `n` and may not have reached the bus. */
export function unpublished(
  writer: AccountWriter,
  publishedSeq: number,
  n: number,
  { store }: ExecutionPorts,
): Promise<execution.OrderEvent[]> {
  return store.eventsBetween(writer.accountId, publishedSeq, n);
}
