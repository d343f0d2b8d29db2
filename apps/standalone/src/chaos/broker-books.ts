import { bare, type common, type execution, type gateway, type ServiceClients } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';

/** What execution's doors and the broker's say of one account at a moment when nothing moves. */
export interface BothBooks {
  readonly orders: readonly execution.Order[];
  readonly fills: readonly execution.Fill[];
  readonly positions: readonly execution.Position[];
  readonly account: execution.Account | undefined;
  readonly snapshot: gateway.Snapshot;
  /** Every deal of the broker. */
  readonly deals: readonly gateway.Deal[];
}

const WORKING: readonly string[] = ['ORDER_STATE_ACCEPTED', 'ORDER_STATE_PARTIALLY_FILLED'];
const OPEN: readonly string[] = [...WORKING, 'ORDER_STATE_SUBMITTED', 'ORDER_STATE_UNKNOWN'];

export async function readBoth({ execution, gateway }: ServiceClients, accountId: string): Promise<BothBooks> {
  const [orders, fills, positions, accounts, snapshot] = await Promise.all([
    execution.listOrders({ accountId, states: [], limit: 0, afterSeq: 0 }),
    execution.listFills({ accountId, coid: '' }),
    execution.listPositions({ accountId }),
    execution.listAccounts({}),
    gateway.getSnapshot({ accountId }),
  ]);
  return {
    orders: orders.orders,
    fills: fills.fills,
    positions: positions.positions,
    account: accounts.accounts.find((each) => each.accountId === accountId),
    snapshot,
    deals: await allDeals(gateway, accountId, snapshot),
  };
}

/** The whole history in pages; the newest deals only where the gateway does not serve it. */
async function allDeals(
  client: gateway.GatewayService,
  accountId: string,
  snapshot: gateway.Snapshot,
): Promise<readonly gateway.Deal[]> {
  const deals: gateway.Deal[] = [];
  let after = '';
  try {
    do {
      const page = await client.listHistory({ accountId, fromUs: 0, after });
      deals.push(...page.deals);
      after = page.next;
    } while (after !== '');
    return deals;
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 'UNIMPLEMENTED') return snapshot.deals;
    throw error;
  }
}

/** What differs between our books and the broker's, in words; empty when nothing does. */
export function brokerDifferences(books: BothBooks): string[] {
  return [...ofDeals(books), ...ofPositions(books), ...ofWorking(books), ...ofMoney(books)];
}

function ofDeals({ fills, deals, orders }: BothBooks): string[] {
  const found: string[] = [];
  const booked = new Map(fills.map((fill) => [fill.fillId, fill]));
  if (booked.size !== fills.length) found.push(`${fills.length - booked.size} fills are booked twice`);
  const seen = new Set<string>();
  for (const deal of deals) {
    if (seen.has(deal.dealTicket)) continue;
    seen.add(deal.dealTicket);
    const fill = booked.get(deal.dealTicket);
    if (fill === undefined) {
      found.push(`deal ${deal.dealTicket} of the broker is not booked`);
      continue;
    }
    for (const [what, ours, theirs] of facts(fill, deal)) {
      if (ours !== theirs)
        found.push(`deal ${deal.dealTicket}: ${what} is ${ours} in the books and ${theirs} at the broker`);
    }
  }
  for (const { fillId } of fills) if (!seen.has(fillId)) found.push(`fill ${fillId} is no deal of the broker`);
  const filled = sumBy(
    fills,
    ({ coid }) => coid,
    ({ volumeLots }) => new Decimal(volumeLots),
  );
  for (const { request, filledLots } of orders) {
    const sum = filled.get(request?.coid ?? '') ?? new Decimal(0);
    if (!sum.eq(filledLots === '' ? 0 : filledLots)) {
      found.push(`order ${request?.coid} says ${filledLots} filled, its fills sum to ${sum.toFixed()}`);
    }
  }
  return found;
}

function facts(fill: execution.Fill, deal: gateway.Deal): [string, string, string][] {
  const number = (text: string): string => new Decimal(text === '' ? 0 : text).toFixed();
  return [
    ['symbol', fill.symbol, deal.symbol],
    ['side', fill.side, deal.side],
    ['volume', number(fill.volumeLots), number(deal.volumeLots)],
    ['price', number(fill.price), number(deal.price)],
    ['commission', number(fill.commission), number(deal.commission)],
    ['swap', number(fill.swap), number(deal.swap)],
    ['time', String(fill.timeUs), String(deal.timeUs)],
  ];
}

function ofPositions({ positions, snapshot }: BothBooks): string[] {
  const ours = sumBy(
    positions,
    ({ symbol }) => symbol,
    ({ volumeLots }) => new Decimal(volumeLots),
  );
  const theirs = sumBy(
    snapshot.positions,
    ({ symbol }) => symbol,
    ({ volumeLots, side }) => signed(volumeLots, side),
  );
  const symbols = new Set([...ours.keys(), ...theirs.keys()]);
  return [...symbols].flatMap((symbol) => {
    const [a, b] = [ours.get(symbol) ?? new Decimal(0), theirs.get(symbol) ?? new Decimal(0)];
    return a.eq(b) ? [] : [`position of ${symbol} is ${a.toFixed()} in the books and ${b.toFixed()} at the broker`];
  });
}

function ofWorking({ orders, snapshot }: BothBooks): string[] {
  const ours = new Set(orders.flatMap(({ state, request }) => (OPEN.includes(state) ? [request?.coid ?? ''] : [])));
  const theirs = new Map(snapshot.orders.map((order) => [order.coid, order]));
  const found = snapshot.orders.flatMap(({ coid, ticket }) =>
    ours.has(coid) ? [] : [`order ${ticket} (${coid}) works at the broker and not in the books`],
  );
  for (const { state, request } of orders) {
    if (WORKING.includes(state) && !theirs.has(request?.coid ?? '')) {
      found.push(`order ${request?.coid} is ${state} in the books and does not work at the broker`);
    }
  }
  return found;
}

function ofMoney({ account, snapshot }: BothBooks): string[] {
  if (account === undefined || snapshot.account === undefined) return ['an account is missing'];
  const { balance, equity } = snapshot.account;
  const same = (what: string, ours: string, theirs: string): string[] =>
    new Decimal(ours).eq(theirs) ? [] : [`${what} is ${ours} in the books and ${theirs} at the broker`];
  return [...same('balance', account.balance, balance), ...same('equity', account.equity, equity)];
}

const signed = (lots: string, side: common.Side): Decimal =>
  bare('SIDE', side) === 'SELL' ? new Decimal(lots).negated() : new Decimal(lots);

function sumBy<T>(
  list: readonly T[],
  keyOf: (each: T) => string,
  amountOf: (each: T) => Decimal,
): Map<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const each of list) sums.set(keyOf(each), (sums.get(keyOf(each)) ?? new Decimal(0)).plus(amountOf(each)));
  return sums;
}
