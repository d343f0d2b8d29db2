import { bare, type common, type risk } from '@trading/contracts';
import { Decimal, parseZone } from '@trading/trading-market';
import { minuteOfWeek, type OrderToCheck, type RiskInput, type RiskLimits } from '@trading/trading-risk';
import type { RiskAccountView } from './account-view';
import type { CheckFacts } from './risk-store';

/** Accounts report with every change, and every mark says that there was none: older than this, the terminal is away. */
export const MAX_ACCOUNT_AGE_MS = 60_000;
const UTC = parseZone('UTC');

/** All that a verdict depends on. Gateways tell sessions of instruments in minutes of UTC's week. */
export function checkInput(
  order: OrderToCheck,
  asOfUs: number,
  facts: CheckFacts,
  view: RiskAccountView | undefined,
  limits: RiskLimits,
): RiskInput {
  const { positions, reservations, recentOrders, recentCancelsUs, lastLossUs } = facts;
  return {
    ...{ positions, reservations, recentOrders, recentCancelsUs, openOrders: reservations.length },
    ...seenBy(view, order.symbol),
    order,
    nowUs: asOfUs,
    tradingState: facts.account.state,
    limits,
    maxAccountAgeMs: MAX_ACCOUNT_AGE_MS,
    marginMode: facts.isHedging ? 'HEDGING' : 'NETTING',
    ...(UTC === undefined ? {} : { brokerWeekMinute: minuteOfWeek(UTC, asOfUs) }),
    ...(lastLossUs === undefined ? {} : { lastLossUs }),
    costsOf: (symbol) => view?.costsOf(symbol, facts.commissions[symbol], asOfUs),
  };
}

function seenBy(
  view: RiskAccountView | undefined,
  symbol: string,
): Pick<RiskInput, 'account' | 'instrument' | 'quote' | 'rates' | 'anchors'> & Partial<RiskInput> {
  if (view === undefined) {
    return {
      account: undefined,
      instrument: undefined,
      quote: undefined,
      rates: { rate: () => undefined },
      anchors: [],
    };
  }
  return {
    account: view.account(),
    instrument: view.instrument(symbol),
    quote: view.quote(symbol),
    rates: view.rates,
    anchors: view.anchors(),
    instrumentOf: (s) => view.instrument(s),
    quoteOf: (s) => view.quote(s),
  };
}

export function orderToCheck(order: common.OrderRequest): OrderToCheck {
  const { price, stopLimitPrice, stopLoss, takeProfit, expiresUs, positionId, closeByPositionId } = order;
  return {
    coid: order.coid,
    symbol: order.symbol,
    side: bare('SIDE', order.side),
    type: bare('ORDER_TYPE', order.type),
    volumeLots: new Decimal(order.volumeLots),
    reduceOnly: order.reduceOnly,
    origin: bare('ORIGIN', order.origin),
    strategyId: order.strategyId,
    ...optional('price', price),
    ...optional('stopLimitPrice', stopLimitPrice),
    ...optional('stopLoss', stopLoss),
    ...optional('takeProfit', takeProfit),
    ...(expiresUs === undefined || expiresUs === 0 ? {} : { expiresUs }),
    ...(positionId === '' ? {} : { positionId }),
    ...(closeByPositionId === '' ? {} : { closeByPositionId }),
  };
}

/** The order as a change leaves it: what the change does not name stays, what it empties goes. */
export function changedOrder(order: common.OrderRequest, change: risk.OrderChange): common.OrderRequest {
  return {
    ...order,
    price: change.price ?? order.price,
    stopLimitPrice: change.stopLimitPrice ?? order.stopLimitPrice,
    stopLoss: change.stopLoss ?? order.stopLoss,
    takeProfit: change.takeProfit ?? order.takeProfit,
    expiresUs: change.expiresUs ?? order.expiresUs,
  };
}

type PriceField = 'price' | 'stopLimitPrice' | 'stopLoss' | 'takeProfit';

function optional<N extends PriceField>(name: N, text: string | undefined): Partial<Record<N, Decimal>> {
  // The record has this one field.
  return text === undefined || text === '' ? {} : ({ [name]: new Decimal(text) } as Partial<Record<N, Decimal>>);
}
