import type { gateway } from '@trading/contracts';
import { compare, type Booking, type Books, type Comparison } from '@trading/trading-reconciliation';
import type { OrderStore } from './order-store';
import { bookingsOf } from './reconcile-bookings';
import { loadBooks } from './reconcile-books';
import type { Doubts } from './reconcile-doubts';
import { fetchView, type FetchedView } from './reconcile-view';
import type { ComparedAccount } from './reconciliation-port';

export interface ComparePorts {
  readonly store: OrderStore;
  readonly gateway: gateway.GatewayService;
  /** Waits between two tries. */
  readonly pause: (ms: number) => Promise<void>;
  /** What has to be done before these are booked: afterwards nobody finds them any more. */
  readonly beforeBooking?: (found: Pick<Compared, 'booked' | 'books'>) => Promise<void>;
}

/** What one comparison came to. */
export interface Compared {
  readonly fetched: FetchedView;
  readonly books: Books;
  /** After everything was booked that could be. */
  readonly comparison: Comparison;
  readonly booked: readonly Booking[];
  readonly settled: readonly string[];
}

/** What the broker tells is a moment old: about so long it takes for events on their way to be booked. */
const TRIES = 12;
const PAUSE_MS = 250;
/** Each pass books something; that many only a defect would need. */
const PASSES = 8;

/**
 * Compares an account with its broker and books what is proven. What looks like a difference while reliable events are
 * on their way is looked at again, also in the first look of a session, before which others may have been said;
 * undefined when no quiet moment was found. `books` is false where nothing may be booked: then the comparison only tells.
 */
export async function reconcileAccount(
  account: ComparedAccount,
  ports: ComparePorts,
  doubts: Doubts,
  { fromUs, books }: { readonly fromUs: number; readonly books: boolean },
): Promise<Compared | undefined> {
  const { writer } = account;
  let last: string | undefined;
  for (let i = 0; i < TRIES; i++) {
    if (i > 0) await ports.pause(PAUSE_MS);
    const fetched = await fetchView(ports.gateway, writer.accountId, fromUs);
    if (fetched === undefined) continue;
    const compared = await writer.exclusive(async () => {
      const heard = account.heard;
      const isInStep = heard?.journalId === fetched.journalId && heard.seq === fetched.seq;
      const first = await look(account, ports, doubts, fetched);
      if (isQuiet(first.comparison) || isInStep || (heard === undefined && isSame(first.comparison, last)))
        return books ? settle(account, ports, doubts, first) : first;
      last = signatureOf(first.comparison);
      return undefined;
    });
    if (compared !== undefined) return compared;
  }
  return undefined;
}

async function look(
  account: ComparedAccount,
  { store }: ComparePorts,
  doubts: Doubts,
  fetched: FetchedView,
): Promise<Compared> {
  const books = await loadBooks(account, store, fetched, doubts.all);
  return { fetched, books, comparison: compare(books, fetched.view), booked: [], settled: [] };
}

/** Books, and compares again, until nothing is left to be booked. Within the writer's `exclusive`. */
async function settle(
  account: ComparedAccount,
  ports: ComparePorts,
  doubts: Doubts,
  first: Compared,
): Promise<Compared> {
  const { writer } = account;
  const { fetched } = first;
  const booked: Booking[] = [];
  const settled = new Set<string>();
  let now = first;
  for (let pass = 0; pass < PASSES; pass++) {
    const learnt = await doubts.count(writer.accountId, now.comparison.absent);
    const { toBook } = now.comparison;
    if (toBook.length === 0 && !learnt) break;
    await ports.beforeBooking?.({ booked: toBook, books: now.books });
    const { accountId, barrier } = writer;
    const made = await bookingsOf(toBook, fetched, { accountId, barrier }, (coid) => writer.record(coid));
    await writer.commit(made.happenings, { inStep: false, notes: made.notes });
    booked.push(...toBook);
    for (const coid of now.comparison.settled) {
      settled.add(coid);
      doubts.forget(coid);
    }
    now = await look(account, ports, doubts, fetched);
  }
  return { ...now, booked, settled: [...settled].sort() };
}

/** Nothing to book, nothing amiss: events on their way cannot have been mistaken. */
function isQuiet({ toBook, differences, absent }: Comparison): boolean {
  return toBook.length === 0 && differences.length === 0 && absent.length === 0;
}

function isSame(comparison: Comparison, last: string | undefined): boolean {
  return signatureOf(comparison) === last;
}

function signatureOf({ toBook, differences, absent }: Comparison): string {
  return JSON.stringify([
    toBook.map(({ cause }) => cause),
    differences.map(({ differenceId }) => differenceId),
    absent,
  ]);
}
