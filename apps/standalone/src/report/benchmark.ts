import { buyAndHold } from '@trading/trading-evaluation';
import { Decimal, type Instrument } from '@trading/trading-market';
import { sizeByExposure } from '@trading/trading-strategy';
import type { FirstQuote } from '../front/data-facts';

const ACCOUNT_CURRENCY = 'USD';

/**
 * What one purchase for the whole balance would have made, bought at `first` and marked at `last`, account currency.
 * Undefined where the profit's currency cannot be converted by the instrument's own price.
 */
export function buyAndHoldPnl(
  instrument: Instrument,
  balance: string,
  commissionPerLot: string,
  first: FirstQuote,
  last: FirstQuote,
): string | undefined {
  const atStart = conversionAt(instrument, first);
  const atEnd = conversionAt(instrument, last);
  if (atStart === undefined || atEnd === undefined) return undefined;
  const { lots } = sizeByExposure(
    { equity: new Decimal(balance), instrument, price: new Decimal(first.ask), conversion: atStart },
    1,
  );
  const commission = lots.mul(commissionPerLot).neg();
  return buyAndHold({ instrument, lots, firstAsk: first.ask, lastBid: last.bid, commission, rate: atEnd });
}

/** Account currency per unit of the profit currency. */
function conversionAt({ baseCurrency, profitCurrency }: Instrument, { bid, ask }: FirstQuote): Decimal | undefined {
  if (profitCurrency === ACCOUNT_CURRENCY) return new Decimal(1);
  if (baseCurrency !== ACCOUNT_CURRENCY) return undefined;
  return new Decimal(2).div(new Decimal(bid).plus(ask));
}
