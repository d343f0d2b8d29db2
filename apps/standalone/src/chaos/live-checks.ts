import { common, execution, type ServiceClients } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { brokerDifferences, readBoth, type BothBooks } from './broker-books';
import { inconsistencies, isOpen } from './check-stored';
import type { LiveAccount } from './live-accounts';
import type { LiveRun } from './live-run';
import type { OrderFlow } from './order-flow';
import type { StoredBooks } from './stored-books';

const LOOK_EVERY_MS = 300;
/** What is on its way when a process dies has come by then, also on a busy machine; an order nobody has heard of too. */
const SETTLED_WITHIN_MS = 180_000;
/** From when on an operator looks after what does not settle by itself. */
const HELP_AFTER_MS = 4_000;

export interface SettleOptions {
  /** Every order's outcome is to be known. */
  readonly untilKnown: boolean;
}

/**
 * Waits until the books of an account, risk-manager's and the broker's say the same while nobody gives commands, doing
 * meanwhile what an operator does: resume what was halted, resolve what is ambiguous.
 * @returns what still differs at the deadline; empty when nothing does
 */
export async function settled(
  run: LiveRun,
  clients: ServiceClients,
  account: LiveAccount,
  flow: OrderFlow,
  { untilKnown }: SettleOptions,
): Promise<string[]> {
  const from = performance.now();
  for (;;) {
    const found = await differences(run, clients, account, flow, untilKnown).catch((error: unknown) => [String(error)]);
    const forMs = performance.now() - from;
    const isHalted = await lookAfter(clients, account, forMs > HELP_AFTER_MS && found.length > 0).catch(() => true);
    if (found.length === 0 && !isHalted) return [];
    if (forMs > SETTLED_WITHIN_MS) {
      const all = isHalted ? [...found, 'the account is halted, however often it is resumed'] : found;
      return all.map((each) => `${account.accountId}: ${each}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function differences(
  run: LiveRun,
  clients: ServiceClients,
  { accountId, isHedging }: LiveAccount,
  flow: OrderFlow,
  untilKnown: boolean,
): Promise<string[]> {
  const both = await readBoth(clients, accountId);
  const { entries } = await clients.execution.listLedger({ accountId, afterNumber: 0 });
  const stored = await run.stored(accountId);
  return [
    ...brokerDifferences(both),
    ...inconsistencies(stored),
    ...ofCash(both, entries),
    ...ofReservations(stored),
    ...ofExposure(both, stored, isHedging),
    ...ofWishes(stored, flow, accountId),
    ...(untilKnown ? ofUnknown(stored) : []),
  ];
}

function ofCash({ account }: BothBooks, entries: readonly execution.LedgerEntry[]): string[] {
  const sum = entries.reduce((total, { amount }) => total.plus(amount), new Decimal(0));
  return sum.eq(account?.balance ?? 'NaN') ? [] : [`cash is ${account?.balance}, its ledger sums to ${sum.toFixed()}`];
}

/** Exactly what is open is reserved, with the lots that are not filled. */
function ofReservations({ orders, reservedLots }: StoredBooks): string[] {
  const open = orders.filter(isOpen);
  const known = new Set(open.map(({ coid }) => coid));
  const held = Object.keys(reservedLots).filter((coid) => !known.has(coid));
  return [
    ...held.map((coid) => `order ${coid} is not open and holds a reservation of ${reservedLots[coid]} lots`),
    ...open.flatMap(({ coid, state, volumeLots, filledLots }) => {
      const left = new Decimal(volumeLots).minus(filledLots);
      const lots = reservedLots[coid];
      if (lots !== undefined && left.eq(lots)) return [];
      return [`order ${coid} is ${state} with ${left.toFixed()} lots open and ${lots ?? 'none'} reserved`];
    }),
  ];
}

function ofExposure({ positions }: BothBooks, { exposed }: StoredBooks, isHedging: boolean): string[] {
  const ours = Object.fromEntries(
    positions.map(({ positionId, symbol, volumeLots }) => [isHedging ? positionId : symbol, volumeLots]),
  );
  return [...new Set([...Object.keys(ours), ...Object.keys(exposed)])].flatMap((key) => {
    const [a, b] = [ours[key] ?? '0', exposed[key] ?? '0'];
    return new Decimal(a).eq(b) ? [] : [`position ${key} is ${a} in the books and ${b} at risk-manager`];
  });
}

/** Every order at the broker was wanted by somebody, and what was answered for is there. */
function ofWishes({ orders, journalled }: StoredBooks, flow: OrderFlow, accountId: string): string[] {
  const sent = new Set(journalled);
  const known = new Set(orders.map(({ coid }) => coid));
  const unwanted = orders.filter(
    ({ coid, origin, parentCoid, positionKey }) =>
      origin === 'OPERATOR' && sent.has(coid) && parentCoid === '' && !flow.isWanted(accountId, coid, positionKey),
  );
  const lost = flow.answeredOf(accountId).filter((coid) => !known.has(coid));
  return [
    ...unwanted.map(({ coid }) => `order ${coid} is at the broker and nobody asked for it`),
    ...lost.map((coid) => `order ${coid} was answered for and is not in the books`),
  ];
}

const ofUnknown = ({ orders }: StoredBooks): string[] =>
  orders.flatMap(({ coid, state }) =>
    state === 'UNKNOWN' || state === 'SUBMITTED' ? [`order ${coid} is ${state}`] : [],
  );

/** @returns whether the account is halted */
async function lookAfter(clients: ServiceClients, { accountId }: LiveAccount, isStuck: boolean): Promise<boolean> {
  const { execution: books, riskManager } = clients;
  const { accounts } = await riskManager.getTradingState({ accountId });
  const isHalted = accounts[0]?.state !== common.TradingState.ACTIVE;
  if (!isHalted && !isStuck) return false;
  const { differences: open } = await books.listDifferences({ accountId, all: false });
  for (const { differenceId, kind, theirs } of open) {
    if (kind !== execution.DifferenceKind.AMBIGUOUS) continue;
    const { ADOPTED, DISMISSED } = execution.DifferenceStatus;
    const resolution = theirs === '' || theirs === 'nothing' ? DISMISSED : ADOPTED;
    await books.resolveDifference({ accountId, differenceId, resolution, reason: 'chaos', brokerTicket: '' });
  }
  if (isStuck) await books.reconcile({ accountId });
  if (!isHalted) return false;
  await riskManager.setTradingState({ accountId, state: common.TradingState.ACTIVE, reason: 'chaos' });
  return true;
}
