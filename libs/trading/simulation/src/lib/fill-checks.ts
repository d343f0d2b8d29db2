import { Decimal } from '@trading/trading-market';
import type { PositionView } from '@trading/trading-portfolio';
import type { BrokerCash } from './broker-cash';
import type { BrokerConfig } from './broker-config';
import type { BrokerOrder } from './broker-order';
import type { DealDesk } from './deal-desk';
import type { HeldOrder } from './held-order';
import { orderProblem, positionProblem, refuse, type Refusal } from './order-checks';
import { FROZEN, isPositionFrozen } from './freeze-level';
import { pendingProblem } from './pending-checks';
import { RETCODE } from './retcode';
import { parseStops, stopsProblem } from './stop-levels';
import type { SymbolBook } from './symbol-book';

/** What an order would meet. */
interface Met {
  readonly position: PositionView;
  readonly positionId: string | undefined;
}

/** Why an order is refused, given the market, the position and the cash. */
export class FillChecks {
  private readonly isHedging: boolean;

  constructor(
    private readonly config: BrokerConfig,
    private readonly cash: BrokerCash,
    private readonly desk: DealDesk,
  ) {
    this.isHedging = config.marginMode === 'HEDGING';
  }

  /** When it arrives. Market and position are looked at only once there is a quote. */
  submitProblem(book: SymbolBook, order: BrokerOrder, nowUs: number): Refusal | undefined {
    const problem = orderProblem(book.instrument, order);
    if (problem) return problem;
    if (order.type !== 'MARKET') return this.arrivalProblem(order, nowUs) ?? pendingProblem(book, order, nowUs);
    if (!book.hasQuote) return undefined;
    const named = order.positionId === undefined ? undefined : book.positionOf(order.positionId);
    if (named && isPositionFrozen(book, named)) return FROZEN;
    if (order.closeByPositionId !== undefined) return this.closeByProblem(book, order);
    const met = this.met(book, order, '');
    return this.meetingProblem(order, met) ?? this.stopsProblem(book, order, met.position.lots);
  }

  /** When what is left of it would fill at `price`. @param expiryUs the time that `notAfterUs` is held against */
  fillProblem(book: SymbolBook, held: HeldOrder, price: Decimal, expiryUs: number): Refusal | undefined {
    const order = held.rest;
    if (order.notAfterUs !== undefined && expiryUs > order.notAfterUs) {
      return refuse(RETCODE.INVALID_EXPIRATION, 'The order expired before it could fill.');
    }
    if (order.closeByPositionId !== undefined) return this.closeByProblem(book, order);
    const isBuy = order.side === 'BUY';
    if (order.worstPrice !== undefined && (isBuy ? price.gt(order.worstPrice) : price.lt(order.worstPrice))) {
      return refuse(
        RETCODE.INVALID_PRICE,
        `The price ${price.toFixed()} is beyond the worst price ${order.worstPrice}.`,
      );
    }
    const met = this.met(book, order, held.orderTicket);
    return (
      this.meetingProblem(order, met) ??
      this.stopsProblem(book, order, met.position.lots) ??
      this.moneyProblem(book, order, met.position, price)
    );
  }

  /** When a pending order goes off: its stops then stand where they were put, and any price will do. */
  triggerProblem(book: SymbolBook, held: HeldOrder, price: Decimal): Refusal | undefined {
    const order = held.rest;
    const met = this.met(book, order, held.orderTicket);
    return this.meetingProblem(order, met) ?? this.moneyProblem(book, order, met.position, price);
  }

  private arrivalProblem({ notAfterUs }: BrokerOrder, nowUs: number): Refusal | undefined {
    if (notAfterUs === undefined || nowUs + this.config.latencyUs <= notAfterUs) return undefined;
    return refuse(RETCODE.INVALID_EXPIRATION, 'The order expired before it arrived.');
  }

  private met(book: SymbolBook, order: BrokerOrder, orderTicket: string): Met {
    const { portfolio } = this.cash;
    if (!this.isHedging) {
      return { position: portfolio.position(book.instrument.symbol), positionId: book.positions[0]?.positionId };
    }
    const position = this.desk.positionOf(book, order, orderTicket);
    return { position: portfolio.position(position?.key ?? ''), positionId: position?.positionId };
  }

  /** On a hedging account an order that names a position closes it, and no other order does. */
  private meetingProblem(order: BrokerOrder, { position, positionId }: Met): Refusal | undefined {
    if (order.closeByPositionId !== undefined) {
      return refuse(RETCODE.INVALID_ORDER, 'A netting account has no opposite positions.');
    }
    const closes = this.isHedging && order.positionId !== undefined;
    return positionProblem(closes ? { ...order, reduceOnly: true } : order, position.lots, positionId);
  }

  private moneyProblem(
    book: SymbolBook,
    order: BrokerOrder,
    position: PositionView,
    price: Decimal,
  ): Refusal | undefined {
    const { instrument } = book;
    const signed = order.side === 'BUY' ? new Decimal(order.volumeLots) : new Decimal(order.volumeLots).neg();
    const after = position.lots.plus(signed);
    const reduces =
      after.isZero() || (after.isPositive() === position.lots.isPositive() && after.abs().lt(position.lots.abs()));
    if (reduces) return undefined;
    if (!this.cash.rate(instrument.profitCurrency)) {
      return refuse(RETCODE.PRICE_OFF, this.noRate(instrument.profitCurrency));
    }
    const needed = this.cash.marginAfter(book, position, signed, price);
    const equity = this.cash.view().equity.plus(this.cash.commission(signed.abs()));
    if (needed.lte(equity)) return undefined;
    return refuse(RETCODE.NO_MONEY, `The margin ${needed.toFixed(2)} is more than the equity ${equity.toFixed(2)}.`);
  }

  /** Two opposite positions of the symbol, and the volume of the smaller one. */
  private closeByProblem(book: SymbolBook, order: BrokerOrder): Refusal | undefined {
    if (!this.isHedging) return refuse(RETCODE.INVALID_ORDER, 'A netting account has no opposite positions.');
    const [own, other] = [book.positionOf(order.positionId), book.positionOf(order.closeByPositionId)];
    if (!own || !other) {
      const missing = own ? order.closeByPositionId : order.positionId;
      return refuse(RETCODE.POSITION_CLOSED, `The position ${missing ?? ''} is not open.`);
    }
    if (own.sign === other.sign || own.sign === (order.side === 'BUY' ? 1 : -1)) {
      return refuse(RETCODE.INVALID, 'Positions close each other only when they are opposite.');
    }
    const lots = [own, other].map(({ key }) => this.cash.portfolio.position(key).lots.abs());
    const smaller = Decimal.min(...lots);
    if (smaller.eq(order.volumeLots)) return undefined;
    return refuse(
      RETCODE.INVALID_CLOSE_VOLUME,
      `${order.volumeLots} lots are not the ${smaller.toFixed()} of the smaller position.`,
    );
  }

  private noRate(from: string): string {
    const to = this.config.currency;
    const pairs = [from + to, to + from];
    return this.config.instruments.some(({ symbol }) => pairs.includes(symbol))
      ? `There is no rate from ${from} to ${to} yet.`
      : `There is no rate from ${from} to ${to}: the broker needs quotes of ${pairs.join(' or ')}.`;
  }

  /** Stops are judged for the position that the order leaves behind. */
  private stopsProblem(book: SymbolBook, order: BrokerOrder, lots: Decimal): Refusal | undefined {
    const after = order.side === 'BUY' ? lots.plus(order.volumeLots) : lots.minus(order.volumeLots);
    if (after.isZero()) return undefined;
    const levels = parseStops(book.instrument, order);
    const problem =
      typeof levels === 'string'
        ? levels
        : stopsProblem(
            book.instrument,
            after.isPositive() ? 'BUY' : 'SELL',
            levels,
            book.exact(book.bid),
            book.exact(book.ask),
          );
    return problem === undefined ? undefined : refuse(RETCODE.INVALID_STOPS, problem);
  }
}
