import { bare, common, risk } from '@trading/contracts';
import type { Sql } from '@trading/platform-database';
import { Decimal } from '@trading/trading-market';
import {
  DENIAL_CODES,
  evaluateOrder,
  type DenialCode,
  type OrderToCheck,
  type Reservation,
  type RiskInput,
  type RiskLimits,
  type RiskVerdict,
  type TradingState,
} from '@trading/trading-risk';
import type { RiskAccountView } from './account-view';
import type { ApprovalSigner } from './approval-signer';
import { countDenial } from './risk-metrics';
import type { AccountState, RiskStore } from './risk-store';

/** Accounts report with every change, and every mark says that there was none: older than this, the terminal is away. */
const MAX_ACCOUNT_AGE_MS = 60_000;
const DEFAULT_LIFETIME_MS = 30_000;

/**
 * Checks an order and reserves its exposure, on a state of the account that is still true when both are stored. The
 * verdict on a client order id is stored with it and answered again.
 */
export class OrderChecks {
  constructor(
    private readonly store: RiskStore,
    private readonly signer: ApprovalSigner,
  ) {}

  async check(
    request: risk.CheckOrderRequest,
    view: RiskAccountView | undefined,
    limits: RiskLimits,
  ): Promise<risk.CheckOrderResponse> {
    const { order } = request;
    if (order === undefined) return denied('ORDER_MISSING', 'The request holds no order.');
    const answer = await this.store.whileUnchanged(order.accountId, (sql) =>
      this.attempt(sql, request, order, view, limits),
    );
    countDenial(answer);
    return answer;
  }

  /** One check on one state of the account; undefined when that has changed before the verdict was stored. */
  private async attempt(
    sql: Sql,
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
    view: RiskAccountView | undefined,
    limits: RiskLimits,
  ): Promise<risk.CheckOrderResponse | undefined> {
    const { accountId, coid } = order;
    const sinceUs =
      limits.duplicateGuardMs > 0 ? request.asOfUs - limits.duplicateGuardMs * 1000 : Number.MAX_SAFE_INTEGER;
    const facts = await this.store.checkFacts(sql, accountId, coid, sinceUs);
    if (facts === undefined) return denied('ACCOUNT_UNKNOWN', `risk-manager knows no account ${accountId}.`);
    if (facts.verdict !== undefined) return this.again(sql, facts.verdict, order, request.epoch);
    const { account, version, positions, reservations, recentOrders } = facts;
    const candidate = orderToCheck(order);
    const verdict = evaluateOrder({
      ...{ positions, reservations, recentOrders, openOrders: reservations.length },
      ...seenBy(view, order.symbol),
      order: candidate,
      nowUs: request.asOfUs,
      tradingState: account.state,
      limits,
      maxAccountAgeMs: MAX_ACCOUNT_AGE_MS,
    });
    const response = this.respond(request, order, verdict, view, limits);
    const reservation =
      verdict.kind === 'approved' && response.approved ? reservationFor(order, candidate, verdict) : undefined;
    const isStored = await this.store.saveVerdict(sql, version, request, order, response, reservation);
    return isStored ? response : undefined;
  }

  /**
   * A verdict is given once. An order that was let through is asked about again when nobody is sure that it was sent:
   * its reservation is taken up again unless the order has ended, and a halt that came since holds. The approval is
   * for the writer that asks now.
   */
  private async again(
    sql: Sql,
    stored: risk.CheckOrderResponse,
    order: common.OrderRequest,
    epoch: number,
  ): Promise<risk.CheckOrderResponse> {
    if (!stored.approved) return { ...stored, duplicate: true };
    const takeUp = async (tx: Sql): Promise<AccountState | undefined> => {
      const account = await this.store.lock(tx, order.accountId);
      return (await this.store.reserveAgain(tx, order.coid)) ? account : undefined;
    };
    const { database } = this.store;
    const account = await (sql === database ? database.transaction(takeUp) : takeUp(sql));
    const code = account === undefined ? undefined : haltOf(account.state, order);
    if (account === undefined || code === undefined) {
      const approval = stored.approval && this.signer.signAgain(stored.approval, epoch);
      return { ...stored, approval, duplicate: true };
    }
    return { ...denied(code, `${DENIAL_CODES[code]} ${account.reason}`), duplicate: true };
  }

  private respond(
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
    verdict: RiskVerdict,
    view: RiskAccountView | undefined,
    limits: RiskLimits,
  ): risk.CheckOrderResponse {
    const checks = verdict.checks.map((check) => ({ ...check }));
    if (verdict.kind === 'denied') return { ...denied(verdict.code, verdict.message), checks };
    const instrument = view?.instrument(order.symbol);
    if (instrument === undefined) return denied('INSTRUMENT_UNKNOWN', `The instrument ${order.symbol} is not known.`);
    const worstPrice = verdict.worstPrice.toFixed(instrument.digits);
    const lifetimeMs = limits.approvalLifetimeMs > 0 ? limits.approvalLifetimeMs : DEFAULT_LIFETIME_MS;
    const approval = this.signer.sign(request, order, worstPrice, instrument, lifetimeMs);
    return risk.CheckOrderResponse.fromPartial({ approved: true, approval, checks, worstPrice });
  }
}

/** What an approved order holds until it is resolved. */
function reservationFor(
  order: common.OrderRequest,
  candidate: OrderToCheck,
  { worstPrice, lossAtStop }: Extract<RiskVerdict, { readonly kind: 'approved' }>,
): Reservation {
  return {
    coid: order.coid,
    symbol: order.symbol,
    side: candidate.side,
    lots: candidate.volumeLots,
    reduceOnly: order.reduceOnly,
    price: worstPrice,
    strategyId: order.strategyId,
    ...(lossAtStop === undefined ? {} : { lossAtStop }),
  };
}

/** As the kernel's first check. */
function haltOf(state: TradingState, order: common.OrderRequest): DenialCode | undefined {
  if (state === 'HALTED' && !(order.reduceOnly && bare('ORIGIN', order.origin) === 'OPERATOR'))
    return 'TRADING_STATE_HALTED';
  return state === 'REDUCING' && !order.reduceOnly ? 'TRADING_STATE_REDUCING' : undefined;
}

function denied(code: string, message: string): risk.CheckOrderResponse {
  return risk.CheckOrderResponse.fromPartial({
    approved: false,
    code,
    message,
    checks: [{ code, passed: false, message }],
  });
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

function orderToCheck(order: common.OrderRequest): OrderToCheck {
  return {
    coid: order.coid,
    symbol: order.symbol,
    side: bare('SIDE', order.side),
    type: bare('ORDER_TYPE', order.type),
    volumeLots: new Decimal(order.volumeLots),
    reduceOnly: order.reduceOnly,
    origin: bare('ORIGIN', order.origin),
    strategyId: order.strategyId,
    ...(order.price === undefined ? {} : { price: new Decimal(order.price) }),
    ...(order.stopLoss === undefined ? {} : { stopLoss: new Decimal(order.stopLoss) }),
    ...(order.takeProfit === undefined ? {} : { takeProfit: new Decimal(order.takeProfit) }),
    ...(order.positionId === '' ? {} : { positionId: order.positionId }),
  };
}
