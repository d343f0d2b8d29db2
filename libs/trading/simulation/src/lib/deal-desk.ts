import { Decimal } from '@trading/trading-market';
import { positionKey, type CashKind, type PositionView } from '@trading/trading-portfolio';
import type { BrokerCash } from './broker-cash';
import type { CashMoved, Deal } from './broker-event';
import type { BrokerOrder } from './broker-order';
import { BrokerPosition } from './broker-position';
import { NO_STOPS, parseStops } from './stop-levels';
import type { SymbolBook } from './symbol-book';

/** A fill that was decided on. */
export type DecidedFill = Pick<Deal, 'side' | 'volumeLots' | 'price' | 'coid' | 'magic' | 'tag' | 'reason' | 'by'>;

const ZERO = new Decimal(0);

/** Books fills and other cash: the deal, the money, what the position is afterwards. */
export class DealDesk {
  readonly deals: Deal[] = [];
  readonly cashMovements: CashMoved[] = [];
  /** Number of open positions. */
  openCount = 0;
  private tickets = 0;

  constructor(private readonly cash: BrokerCash) {}

  /** The position that an order meets: the symbol's, or on a hedging account the one it names or has opened before. */
  positionOf(book: SymbolBook, order: BrokerOrder, orderTicket: string): BrokerPosition | undefined {
    if (this.cash.portfolio.marginMode === 'NETTING') return book.positions[0];
    return book.positionOf(order.positionId ?? orderTicket);
  }

  /** @param position what the fill meets; undefined: it opens one, named after its order */
  book(
    book: SymbolBook,
    fill: DecidedFill,
    orderTicket: string,
    timeUs: number,
    position: BrokerPosition | undefined,
  ): Deal {
    const { symbol } = book.instrument;
    const { portfolio } = this.cash;
    const positionId = position?.positionId ?? orderTicket;
    const key = positionKey(portfolio.marginMode, { symbol, positionId });
    const dealTicket = this.nextTicket();
    const commission = this.cash.commission(fill.volumeLots);
    const swap = position ? this.swapOf(position, fill, portfolio.position(key)) : ZERO;
    const { coid, side, volumeLots, price, reason } = fill;
    const effect = portfolio.applyFill({
      fillId: dealTicket,
      coid,
      positionId,
      symbol,
      side,
      volumeLots,
      price,
      commission,
      swap,
      timeUs,
      reason,
    });
    portfolio.drainLedger();
    const { lots } = effect.position;
    this.keep(book, position ?? new BrokerPosition(positionId, key, fill.magic, fill.tag), lots, swap);
    const deal: Deal = {
      kind: 'deal',
      dealTicket,
      orderTicket,
      positionId,
      ...fill,
      symbol,
      commission,
      swap,
      profit: effect.realised,
      positionLots: lots,
      bid: book.bid,
      ask: book.ask,
      timeUs,
    };
    this.deals.push(deal);
    return deal;
  }

  /** Gives a position its stops; absent ones are cleared. They must have been checked. */
  protect(
    book: SymbolBook,
    position: BrokerPosition,
    stops: { readonly stopLoss?: string; readonly takeProfit?: string },
  ): void {
    const levels = parseStops(book.instrument, stops);
    const isBare = stops.stopLoss === undefined && stops.takeProfit === undefined;
    position.levels = typeof levels === 'string' || isBare ? NO_STOPS : levels;
    book.settle();
  }

  /** Books money that no deal explains. */
  move(kind: CashKind, amount: Decimal, comment: string, timeUs: number): CashMoved {
    const booked = this.cash.move(kind, amount, timeUs);
    const dealTicket = this.nextTicket();
    const moved: CashMoved = { kind: 'cash', dealTicket, cash: kind, amount: booked, comment, timeUs };
    this.cashMovements.push(moved);
    return moved;
  }

  private nextTicket(): string {
    this.tickets += 1;
    return String(this.tickets);
  }

  /** The part of the gathered swap that belongs to the lots which a fill closes. */
  private swapOf(position: BrokerPosition, fill: DecidedFill, { lots }: PositionView): Decimal {
    if (position.swap.isZero() || lots.isPositive() === (fill.side === 'BUY')) return ZERO;
    const closed = Decimal.min(lots.abs(), fill.volumeLots);
    return this.cash.round(position.swap.mul(closed).div(lots.abs()));
  }

  private keep(book: SymbolBook, position: BrokerPosition, lots: Decimal, paidSwap: Decimal): void {
    const wasOpen = book.positions.includes(position);
    position.swap = position.swap.minus(paidSwap);
    if (lots.isZero()) {
      book.positions = book.positions.filter((other) => other !== position);
      this.openCount -= wasOpen ? 1 : 0;
      return;
    }
    position.sign = lots.isPositive() ? 1 : -1;
    if (wasOpen) return;
    book.positions.push(position);
    this.openCount += 1;
  }
}
