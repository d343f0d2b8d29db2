import { Decimal } from '@trading/trading-market';
import type { BrokerCash } from './broker-cash';
import type { Deal } from './broker-event';
import { NO_STOPS, parseStops } from './stop-levels';
import type { PositionTags, SymbolBook } from './symbol-book';

/** A fill that was decided on. */
export type DecidedFill = Pick<Deal, 'side' | 'volumeLots' | 'price' | 'coid' | 'magic' | 'tag' | 'reason'>;

const ZERO = new Decimal(0);

/** Books fills: the deal, the cash, what the position is afterwards. */
export class DealDesk {
  readonly deals: Deal[] = [];

  constructor(private readonly cash: BrokerCash) {}

  book(book: SymbolBook, fill: DecidedFill, orderTicket: string, timeUs: number): Deal {
    const { symbol } = book.instrument;
    const dealTicket = String(this.deals.length + 1);
    const commission = this.cash.commission(fill.volumeLots);
    const { coid, side, volumeLots, price, reason } = fill;
    const effect = this.cash.portfolio.applyFill({
      fillId: dealTicket,
      coid,
      symbol,
      side,
      volumeLots,
      price,
      commission,
      swap: ZERO,
      timeUs,
      reason,
    });
    this.cash.portfolio.drainLedger();
    const { lots } = effect.position;
    const tags: PositionTags = {
      positionId: book.tags?.positionId ?? orderTicket,
      magic: fill.magic,
      tag: fill.tag,
    };
    book.sign = lots.isZero() ? 0 : lots.isPositive() ? 1 : -1;
    book.tags = book.sign === 0 ? undefined : (book.tags ?? tags);
    if (book.sign === 0) book.levels = NO_STOPS;
    const deal: Deal = {
      kind: 'deal',
      dealTicket,
      orderTicket,
      positionId: tags.positionId,
      ...fill,
      symbol,
      commission,
      swap: ZERO,
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
  protect(book: SymbolBook, stops: { readonly stopLoss?: string; readonly takeProfit?: string }): void {
    const levels = book.sign === 0 ? NO_STOPS : parseStops(book.instrument, stops);
    const isBare = stops.stopLoss === undefined && stops.takeProfit === undefined;
    book.levels = typeof levels === 'string' || isBare ? NO_STOPS : levels;
    book.settle();
  }
}
