import { Decimal } from '@trading/trading-market';
import type { BrokerCash } from './broker-cash';
import type { BrokerConfig } from './broker-config';
import type { BrokerOrder } from './broker-order';
import { orderProblem, positionProblem, refuse, type Refusal } from './order-checks';
import { RETCODE } from './retcode';
import { parseStops, stopsProblem } from './stop-levels';
import type { SymbolBook } from './symbol-book';

/** Why an order is refused, given the market, the position and the cash. */
export class FillChecks {
  constructor(
    private readonly config: BrokerConfig,
    private readonly cash: BrokerCash,
  ) {}

  /** When it arrives. Market and position are looked at only once there is a quote. */
  submitProblem(book: SymbolBook, order: BrokerOrder): Refusal | undefined {
    const problem = orderProblem(book.instrument, order);
    if (problem || !book.hasQuote) return problem;
    const { lots } = this.cash.portfolio.position(book.instrument.symbol);
    return positionProblem(order, lots, book.tags?.positionId) ?? this.stopsProblem(book, order, lots);
  }

  /** When it would fill at `price`. @param expiryUs the time that `notAfterUs` is held against */
  fillProblem(book: SymbolBook, order: BrokerOrder, price: Decimal, expiryUs: number): Refusal | undefined {
    if (order.notAfterUs !== undefined && expiryUs > order.notAfterUs) {
      return refuse(RETCODE.INVALID_EXPIRATION, 'The order expired before it could fill.');
    }
    const isBuy = order.side === 'BUY';
    if (order.worstPrice !== undefined && (isBuy ? price.gt(order.worstPrice) : price.lt(order.worstPrice))) {
      return refuse(
        RETCODE.INVALID_PRICE,
        `The price ${price.toFixed()} is beyond the worst price ${order.worstPrice}.`,
      );
    }
    const { instrument } = book;
    const position = this.cash.portfolio.position(instrument.symbol);
    const problem =
      positionProblem(order, position.lots, book.tags?.positionId) ?? this.stopsProblem(book, order, position.lots);
    if (problem) return problem;
    const signed = isBuy ? new Decimal(order.volumeLots) : new Decimal(order.volumeLots).neg();
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
