import { bare, common, risk } from '@trading/contracts';
import type { Sql } from '@trading/platform-database';
import { Decimal } from '@trading/trading-market';
import {
  DENIAL_CODES,
  evaluateOrder,
  type DenialCode,
  type OrderToCheck,
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
 * Checks an order and reserves its exposure, in one transaction under the account's lock. The verdict on a client
 * order id is stored with it and answered again.
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
    const answer = await this.store.database.transaction(async (tx) => {
      const account = await this.store.lock(tx, order.accountId);
      if (account === undefined) return denied('ACCOUNT_UNKNOWN', `risk-manager knows no account ${order.accountId}.`);
      const stored = await this.store.verdict(tx, order.coid);
      if (stored !== undefined) return this.again(tx, stored, order, account);
      const candidate = orderToCheck(order);
      const verdict = evaluateOrder({
        ...(await this.facts(tx, order, request.asOfUs, limits)),
        ...seenBy(view, order.symbol),
        order: candidate,
        nowUs: request.asOfUs,
        tradingState: account.state,
        limits,
        maxAccountAgeMs: MAX_ACCOUNT_AGE_MS,
      });
      const response = this.respond(request, order, verdict, view, limits);
      await this.store.saveVerdict(tx, request, order, response);
      if (verdict.kind === 'approved' && response.approved) {
        await this.store.reserve(tx, order.accountId, {
          coid: order.coid,
          symbol: order.symbol,
          side: candidate.side,
          lots: candidate.volumeLots,
          reduceOnly: order.reduceOnly,
          price: verdict.worstPrice,
          strategyId: order.strategyId,
          ...(verdict.lossAtStop === undefined ? {} : { lossAtStop: verdict.lossAtStop }),
        });
      }
      return response;
    });
    countDenial(answer);
    return answer;
  }

  /**
   * A verdict is given once. An order that was let through is asked about again when nobody is sure that it was sent:
   * its reservation is taken up again unless the order has ended, and a halt that came since holds.
   */
  private async again(
    tx: Sql,
    stored: risk.CheckOrderResponse,
    order: common.OrderRequest,
    { state, reason }: AccountState,
  ): Promise<risk.CheckOrderResponse> {
    if (!stored.approved || !(await this.store.reserveAgain(tx, order.coid))) return { ...stored, duplicate: true };
    const code = haltOf(state, order);
    if (code === undefined) return { ...stored, duplicate: true };
    return { ...denied(code, `${DENIAL_CODES[code]} ${reason}`), duplicate: true };
  }

  private async facts(
    tx: Sql,
    order: common.OrderRequest,
    asOfUs: number,
    limits: RiskLimits,
  ): Promise<Pick<RiskInput, 'positions' | 'reservations' | 'recentOrders' | 'openOrders'>> {
    const reservations = await this.store.reservations(tx, order.accountId);
    return {
      positions: await this.store.positions(tx, order.accountId),
      reservations,
      recentOrders:
        limits.duplicateGuardMs > 0
          ? await this.store.recentOrders(tx, order.accountId, asOfUs - limits.duplicateGuardMs * 1000)
          : [],
      openOrders: reservations.length,
    };
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
    return { approved: true, approval, code: '', message: '', checks, duplicate: false, worstPrice };
  }
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
