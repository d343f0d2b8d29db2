import { bare, type gateway } from '@trading/contracts';
import type { BrokerDeal, BrokerOrder, BrokerView, EndedOrder } from '@trading/trading-reconciliation';

/** The broker's side of a comparison, and the moment of the terminal's reliable events that it shows. */
export interface FetchedView {
  readonly view: BrokerView;
  /** The deals as the terminal told them, by ticket. */
  readonly deals: ReadonlyMap<string, gateway.Deal>;
  readonly journalId: string;
  /** The last reliable event that is contained. */
  readonly seq: number;
}

/** Endings that an ended order can have; the others say that it lives. */
const ENDED: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED']);
/** A history that never ends is a terminal that answers nonsense. */
const MAX_PAGES = 10_000;

/**
 * Asks the terminal for its snapshot and its history since a time. Undefined when something happened in between: what
 * was answered then is not of one moment.
 */
export async function fetchView(
  client: Pick<gateway.GatewayService, 'getSnapshot' | 'listHistory'>,
  accountId: string,
  fromUs: number,
): Promise<FetchedView | undefined> {
  const before = await client.getSnapshot({ accountId });
  const deals = new Map<string, gateway.Deal>(before.deals.map((deal) => [deal.dealTicket, deal]));
  const ended: EndedOrder[] = [];
  const cash: gateway.CashMovement[] = [];
  let coversFromUs = 0;
  let after = '';
  for (let page = 0; page < MAX_PAGES; page++) {
    const history = await client.listHistory({ accountId, fromUs, after });
    for (const deal of history.deals) deals.set(deal.dealTicket, deal);
    ended.push(...history.orders.flatMap(endedOf));
    cash.push(...history.cash);
    coversFromUs = Math.max(coversFromUs, history.coversFromUs);
    after = history.next;
    if (after === '') break;
  }
  const snapshot = await client.getSnapshot({ accountId });
  if (snapshot.seq !== before.seq || snapshot.journalId !== before.journalId) return undefined;
  for (const deal of snapshot.deals) deals.set(deal.dealTicket, deal);
  const { timeUs, connected, account, journalId, seq } = snapshot;
  return {
    journalId,
    seq,
    deals,
    view: {
      timeUs,
      connected,
      orders: snapshot.orders.map(openOf),
      positions: snapshot.positions.map((position) => ({ ...position, side: bare('SIDE', position.side) })),
      deals: [...deals.values()].map(dealOf),
      ended,
      cash,
      balance: account?.balance ?? '0',
      credit: account?.credit ?? '0',
      fromUs,
      coversFromUs,
    },
  };
}

function openOf(order: gateway.OrderSnapshot): BrokerOrder {
  return { ...order, ...wordsOf(order), timeUs: order.placedUs };
}

function endedOf(order: gateway.OrderUpdate): EndedOrder[] {
  const state = bare('ORDER_UPDATE_STATE', order.state);
  if (!ENDED.has(state)) return [];
  return [{ ...order, ...wordsOf(order), state: state as EndedOrder['state'] }];
}

function wordsOf({ side, type }: Pick<gateway.OrderSnapshot, 'side' | 'type'>): Pick<BrokerOrder, 'side' | 'type'> {
  return { side: bare('SIDE', side), type: bare('ORDER_TYPE', type) };
}

function dealOf(deal: gateway.Deal): BrokerDeal {
  return { ...deal, side: bare('SIDE', deal.side), origin: bare('ORIGIN', deal.origin) };
}
