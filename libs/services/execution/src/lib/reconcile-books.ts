import { bare, common, execution, terminal } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import type { BookedDeal, BookedOrder, BookedPosition, Books, Doubt } from '@trading/trading-reconciliation';
import type { AccountWriter } from './account-writer';
import type { OrderStore } from './order-store';
import type { FetchedView } from './reconcile-view';
import type { ComparedAccount } from './reconciliation-port';

/** Fills with such ids were never deals: an operator took the broker's word for a position. */
export const ADOPTED_PREFIX = 'adopted:';

/** Our side of a comparison. To be called within the writer's `exclusive`. */
export async function loadBooks(
  { writer, account }: Pick<ComparedAccount, 'writer' | 'account'>,
  store: OrderStore,
  fetched: FetchedView,
  doubts: ReadonlyMap<string, Doubt>,
): Promise<Books> {
  const { accountId } = writer;
  const { view } = fetched;
  if (account === undefined)
    throw new RpcError('UNAVAILABLE', 'ACCOUNT_UNREPORTED', `The terminal has not reported account ${accountId} yet.`);
  const [orders, deals, cash, cashTickets, openedUs] = await Promise.all([
    ordersOf(store, accountId, fetched),
    dealsOf(store, accountId, fetched),
    store.ledgerSum(accountId),
    cashTicketsOf(store, accountId),
    openedAt(store, accountId),
  ]);
  const booked = await Promise.all(orders.map((order) => bookedOrder(store, order, doubts)));
  const positions = writer.books.positions(writer.lastSeq, view.timeUs).map(positionOf);
  return {
    accountId,
    platform: account.platform === common.Platform.MT4 ? 'MT4' : 'MT5',
    marginMode: account.marginMode === common.MarginMode.HEDGING ? 'HEDGING' : 'NETTING',
    externalOrders: account.externalOrders === 'adopt' ? 'adopt' : 'halt',
    openedUs,
    orders: booked,
    deals,
    positions,
    cash: cash.toFixed(),
    cashTickets,
    tickSizes: tickSizesOf(writer, [...positions, ...view.positions]),
  };
}

/** Those that are not over, those that changed in the compared time, and those that the broker names. */
async function ordersOf(store: OrderStore, accountId: string, { view }: FetchedView): Promise<execution.Order[]> {
  const named = [...view.orders, ...view.ended, ...view.deals].map(({ coid }) => coid).filter((coid) => coid !== '');
  const rows = await store.database.query<{ data: unknown }>(
    `SELECT data FROM orders WHERE account_id = $1
       AND (state NOT IN ('DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED') OR coid = ANY($2)
         OR (data ->> 'updatedUs')::bigint >= $3)
     ORDER BY last_seq`,
    [accountId, [...new Set(named)], view.fromUs],
  );
  return rows.map(({ data }) => execution.Order.fromJSON(data)).filter(({ request }) => request !== undefined);
}

/** Deals of the compared time, and those that the broker lists whatever their time. */
async function dealsOf(store: OrderStore, accountId: string, { view }: FetchedView): Promise<BookedDeal[]> {
  const rows = await store.database.query<{ data: unknown }>(
    `SELECT data FROM fill WHERE account_id = $1 AND ((data ->> 'timeUs')::bigint >= $2 OR fill_id = ANY($3))`,
    [accountId, view.fromUs, view.deals.map(({ dealTicket }) => dealTicket)],
  );
  return rows.map(({ data }) => {
    const { fillId, coid, symbol, side, volumeLots, price, timeUs } = execution.Fill.fromJSON(data);
    const isAdopted = fillId.startsWith(ADOPTED_PREFIX);
    return { dealTicket: fillId, coid, symbol, side: bare('SIDE', side), volumeLots, price, timeUs, isAdopted };
  });
}

async function cashTicketsOf(store: OrderStore, accountId: string): Promise<string[]> {
  const rows = await store.database.query<{ subject: string }>(
    `SELECT subject FROM book_note WHERE account_id = $1 AND kind = 'cash' AND subject <> ''`,
    [accountId],
  );
  return rows.map((row) => row.subject);
}

/** The time of the opening balance; without one, of the first event. */
async function openedAt(store: OrderStore, accountId: string): Promise<number> {
  const [row] = await store.database.query<{ opened: number | null }>(
    `SELECT coalesce(
       (SELECT time_us FROM ledger WHERE account_id = $1 ORDER BY number LIMIT 1),
       (SELECT (data ->> 'createdUs')::bigint FROM orders WHERE account_id = $1 ORDER BY last_seq LIMIT 1)) AS opened`,
    [accountId],
  );
  return row?.opened ?? 0;
}

async function bookedOrder(
  store: OrderStore,
  order: execution.Order,
  doubts: ReadonlyMap<string, Doubt>,
): Promise<BookedOrder> {
  const request = order.request ?? common.OrderRequest.fromPartial({});
  const { coid, magic, symbol, volumeLots } = request;
  const state = bare('ORDER_STATE', order.state);
  const doubt = doubts.get(coid);
  return {
    coid,
    tag: terminal.orderTag(coid),
    magic,
    symbol,
    side: bare('SIDE', request.side),
    type: bare('ORDER_TYPE', request.type),
    volumeLots,
    filledLots: order.filledLots === '' ? '0' : order.filledLots,
    state,
    ambiguous: order.ambiguous,
    brokerTicket: order.brokerTicket,
    price: request.price ?? '',
    stopLimitPrice: request.stopLimitPrice ?? '',
    stopLoss: request.stopLoss ?? '',
    takeProfit: request.takeProfit ?? '',
    createdUs: order.createdUs,
    notAfterUs: state === 'UNKNOWN' ? await notAfterOf(store, order) : order.createdUs,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/** As approved; an order without an approval was never sent by us, or long ago. */
async function notAfterOf(store: OrderStore, order: execution.Order): Promise<number> {
  const approval = await store.approval(order.request?.coid ?? '');
  if (approval === undefined) return order.createdUs;
  return Math.max(order.createdUs, common.ApprovalEnvelope.decode(approval.envelope).notAfterUs);
}

function positionOf(position: execution.Position): BookedPosition {
  const { positionId, symbol, volumeLots, averagePrice, stopLoss, takeProfit } = position;
  return { key: positionId, symbol, lots: volumeLots, averagePrice, stopLoss, takeProfit };
}

function tickSizesOf({ books }: AccountWriter, positions: readonly { readonly symbol: string }[]) {
  const symbols = [...new Set(positions.map(({ symbol }) => symbol))];
  return Object.fromEntries(symbols.map((symbol) => [symbol, String(books.instrument(symbol)?.tickSize ?? 0)]));
}
