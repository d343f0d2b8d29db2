import type { terminal } from '@trading/contracts';
import type { Deal, EndedOrderView, SimulatedBroker, WorkingOrderView } from '@trading/trading-simulation';
import type { DealBook } from './deal-book';
import type { ToldOrders } from './told-orders';
import type { TradedSymbols } from './traded-symbols';
import { accountFrame, positionFrame, tradeFrame } from './wire-broker';
import { cashFrame, endedOrderFrame, workingOrderFrame } from './wire-orders';
import type { Platform } from './wire-results';

export interface TerminalBooksParts {
  readonly broker: SimulatedBroker;
  readonly symbols: TradedSymbols;
  readonly platform: Platform;
  readonly told: ToldOrders;
  readonly deals: DealBook;
}

/** Deals that a snapshot holds at most, the newest; all of a run would not fit into a frame. */
export const SNAPSHOT_DEALS = 1000;
/** Entries of a page of history at most. */
export const HISTORY_LIMIT = 1000;

type Entry =
  | { readonly kind: 'deal'; readonly timeUs: number; readonly deal: Deal }
  | { readonly kind: 'order'; readonly timeUs: number; readonly order: EndedOrderView }
  | { readonly kind: 'cash'; readonly timeUs: number; readonly cash: terminal.CashEventFrame };

/** What the terminal shows when it is asked: the account as it is, and its history. */
export class TerminalBooks {
  constructor(private readonly parts: TerminalBooksParts) {}

  /** @param seq the last reliable sequence that it contains */
  snapshot(timeUs: number, seq: number): terminal.SnapshotFrame {
    const { broker, symbols, told, deals } = this.parts;
    return {
      time: timeUs,
      account: accountFrame(broker.account(), timeUs),
      positions: broker.positions().map((position) => {
        const names = deals.positionNames(position.positionId, position.magic, position.tag);
        return positionFrame(position, symbols.traded(position.symbol), names);
      }),
      orders: broker
        .workingOrders()
        .filter((working) => this.isShown(working))
        .map((working) => workingOrderFrame(working, symbols.traded(working.order.symbol), told)),
      deals: broker
        .deals()
        .slice(-SNAPSHOT_DEALS)
        .map((deal) => this.tradeFrame(deal)),
      seq,
    };
  }

  /** A page of the history since a time, oldest first; at equal times deals come before orders and cash. */
  history({ from, after, limit }: terminal.HistoryGet): terminal.HistoryFrame {
    const { symbols, told } = this.parts;
    const entries = this.entries().filter(({ timeUs }) => timeUs >= from);
    const start = after === undefined ? 0 : this.placeAfter(entries, after);
    const page = entries.slice(start, start + Math.max(1, Math.min(limit, HISTORY_LIMIT)));
    const last = page.at(-1);
    const isMore = start + page.length < entries.length;
    return {
      deals: page.flatMap((entry) => (entry.kind === 'deal' ? [this.tradeFrame(entry.deal)] : [])),
      orders: page.flatMap((entry) =>
        entry.kind === 'order' ? [endedOrderFrame(entry.order, symbols.traded(entry.order.order.symbol), told)] : [],
      ),
      cash: page.flatMap((entry) => (entry.kind === 'cash' ? [entry.cash] : [])),
      ...(isMore && last && { next: nameOf(last) }),
      // The account begins with the data.
      coversFrom: 0,
    };
  }

  private placeAfter(entries: readonly Entry[], after: string): number {
    const place = entries.findIndex((entry) => nameOf(entry) === after);
    return place < 0 ? 0 : place + 1;
  }

  private entries(): Entry[] {
    const { broker } = this.parts;
    const entries: Entry[] = [
      ...broker.deals().map((deal): Entry => ({ kind: 'deal', timeUs: deal.timeUs, deal })),
      ...broker
        .endedOrders()
        .filter((order) => this.isShown(order))
        .map((order): Entry => ({ kind: 'order', timeUs: order.endedUs, order })),
      ...broker.cashMovements().map((cash): Entry => ({ kind: 'cash', timeUs: cash.timeUs, cash: cashFrame(cash) })),
    ];
    return entries.sort((a, b) => a.timeUs - b.timeUs);
  }

  /** MetaTrader 4 shows no order at the market: it is sent and done, or it never was. */
  private isShown({ order }: WorkingOrderView | EndedOrderView): boolean {
    const { platform, told } = this.parts;
    return !told.isStandIn(order.coid) && (platform === 'MT5' || order.type !== 'MARKET');
  }

  private tradeFrame(deal: Deal): terminal.TradeEventFrame {
    return tradeFrame(deal, this.parts.symbols.traded(deal.symbol), this.parts.deals.names(deal));
  }
}

function nameOf(entry: Entry): string {
  switch (entry.kind) {
    case 'deal':
      return `d${entry.deal.dealTicket}`;
    case 'order':
      return `o${entry.order.orderTicket}`;
    case 'cash':
      return `c${entry.cash.deal}`;
  }
}
