import { bare, risk, type common } from '@trading/contracts';
import { crashPoint } from '@trading/platform-crash-points';
import type { Sql } from '@trading/platform-database';
import {
  DENIAL_CODES,
  evaluateOrder,
  UNSET_LIMITS,
  type DenialCode,
  type Reservation,
  type RiskLimits,
  type RiskVerdict,
  type TradingState,
} from '@trading/trading-risk';
import type { RiskAccountView } from './account-view';
import { orderEnvelope, protectiveEnvelope } from './approval-envelope';
import type { ApprovalSigner } from './approval-signer';
import { verdictOnChange } from './check-change';
import { checkInput, orderToCheck } from './check-input';
import { countDenial } from './risk-metrics';
import type { AccountState, CheckFacts, NewVerdict, RiskStore } from './risk-store';

const RATE_WINDOW_MS = 60_000;

/** Limits and which version of those stored they are; 0: none are stored. */
export interface VersionedLimits {
  readonly version: number;
  readonly limits: RiskLimits;
}

/**
 * Checks an order and reserves its exposure, on a state of the account that is still true when both are stored. The
 * verdict on a client order id is stored with it and answered again, and so is that on a request to change it.
 */
export class OrderChecks {
  /** `onNewLimits`: another process has stored limits that this one did not know. */
  constructor(
    private readonly store: RiskStore,
    private readonly signer: ApprovalSigner,
    private readonly onNewLimits: (accountId: string, limits: VersionedLimits) => void = () => undefined,
  ) {}

  async check(
    request: risk.CheckOrderRequest,
    view: RiskAccountView | undefined,
    limits: VersionedLimits,
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
    known: VersionedLimits,
  ): Promise<risk.CheckOrderResponse | undefined> {
    const { accountId } = order;
    const key = verdictKey(order, request.change);
    const query = { accountId, key, recentSinceUs: recentSince(request.asOfUs, known.limits) };
    let facts = await this.store.checkFacts(sql, { ...query, limitsVersion: known.version });
    let { limits } = known;
    const other = facts?.otherLimits;
    if (other !== undefined) {
      limits = { ...UNSET_LIMITS, ...other.limits };
      this.onNewLimits(accountId, { version: other.version, limits });
      const recentSinceUs = recentSince(request.asOfUs, limits);
      facts = await this.store.checkFacts(sql, { ...query, recentSinceUs, limitsVersion: other.version });
    }
    if (facts === undefined) return denied('ACCOUNT_UNKNOWN', `risk-manager knows no account ${accountId}.`);
    if (facts.verdict !== undefined) return this.again(sql, facts.verdict, request, order);
    const verdict =
      request.change === undefined
        ? this.verdictOn(request, order, facts, view, limits)
        : { key, ...verdictOnChange(request, order, request.change, facts, view, limits, this.signer) };
    crashPoint('risk-manager.check.committing');
    const isStored = await this.store.saveVerdict(sql, facts.version, request.asOfUs, order, verdict);
    crashPoint('risk-manager.check.committed');
    return isStored ? verdict.response : undefined;
  }

  private verdictOn(
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
    facts: CheckFacts,
    view: RiskAccountView | undefined,
    limits: RiskLimits,
  ): NewVerdict {
    const candidate = orderToCheck(order);
    const verdict = evaluateOrder(checkInput(candidate, request.asOfUs, facts, view, limits));
    const response = this.respond(request, order, verdict, view, limits);
    return {
      key: order.coid,
      response,
      isModification: false,
      ...(verdict.kind === 'approved' && response.approved
        ? { reservation: reservationFor(order, candidate, verdict) }
        : {}),
    };
  }

  /**
   * A verdict is given once. An order that was let through is asked about again when nobody is sure that it was sent:
   * its reservation is taken up again unless the order has ended, and a halt that came since holds. The approval is
   * for the writer that asks now.
   */
  private async again(
    sql: Sql,
    stored: risk.CheckOrderResponse,
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
  ): Promise<risk.CheckOrderResponse> {
    if (!stored.approved) return { ...stored, duplicate: true };
    const takeUp = async (tx: Sql): Promise<AccountState | undefined> => {
      const account = await this.store.lock(tx, order.accountId);
      return request.change !== undefined || (await this.store.reserveAgain(tx, order.coid)) ? account : undefined;
    };
    const { database } = this.store;
    const account = await (sql === database ? database.transaction(takeUp) : takeUp(sql));
    // What only lowered risk was not asked for the state of the account.
    const wasEntry = stored.checks.some(({ code }) => code === ('TRADING_STATE_HALTED' satisfies DenialCode));
    const code = account === undefined || !wasEntry ? undefined : haltOf(account.state, order);
    if (account !== undefined && code !== undefined)
      return { ...denied(code, `${DENIAL_CODES[code]} ${account.reason}`), duplicate: true };
    const sign = (approval: common.Approval | undefined): common.Approval | undefined =>
      approval && this.signer.signAgain(approval, request.epoch);
    const { approval, protectiveClose } = stored;
    return { ...stored, approval: sign(approval), protectiveClose: sign(protectiveClose), duplicate: true };
  }

  private respond(
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
    verdict: RiskVerdict,
    view: RiskAccountView | undefined,
    limits: RiskLimits,
  ): risk.CheckOrderResponse {
    const checks = verdict.checks.map((check) => ({ ...check }));
    if (verdict.kind === 'denied') {
      const { code, message, maxVolumeLots } = verdict;
      return { ...denied(code, message), checks, maxVolumeLots: maxVolumeLots?.toFixed() ?? '' };
    }
    const instrument = view?.instrument(order.symbol);
    const quote = view?.quote(order.symbol);
    if (instrument === undefined || quote === undefined)
      return denied('INSTRUMENT_UNKNOWN', `The instrument ${order.symbol} is not known.`);
    const worstPrice = verdict.worstPrice.toFixed(instrument.digits);
    // Such a broker is sent the entry without its stops, which are set on the position afterwards.
    const isAfter = instrument.stopsOnOpen === 'AFTER';
    const sent = isAfter ? { ...order, stopLoss: undefined, takeProfit: undefined } : order;
    const isProtected = isAfter && !order.reduceOnly && (order.stopLoss ?? '') !== '';
    return risk.CheckOrderResponse.fromPartial({
      approved: true,
      approval: this.signer.sign(orderEnvelope(request, sent, worstPrice, instrument, limits)),
      checks,
      worstPrice,
      ...(isProtected
        ? { protectiveClose: this.signer.sign(protectiveEnvelope(request, order, instrument, quote, limits)) }
        : {}),
    });
  }
}

/** What the verdict is stored under: a client order id, or a request to change that order. */
function verdictKey({ accountId, coid }: common.OrderRequest, change: risk.OrderChange | undefined): string {
  if (change === undefined) return coid;
  return `modify/${accountId}/${change.positionId === '' ? coid : change.positionId}/${change.requestId}`;
}

/** From when on approved orders matter for the guards against repeated and too many orders. */
function recentSince(asOfUs: number, { duplicateGuardMs, maxOrdersPerMinute }: RiskLimits): number {
  const windowMs = Math.max(duplicateGuardMs, maxOrdersPerMinute > 0 ? RATE_WINDOW_MS : 0);
  return windowMs > 0 ? asOfUs - windowMs * 1000 : Number.MAX_SAFE_INTEGER;
}

/** What an approved order holds until it is resolved. */
function reservationFor(
  order: common.OrderRequest,
  { side, volumeLots, positionId, closeByPositionId }: ReturnType<typeof orderToCheck>,
  { worstPrice, worstLoss }: Extract<RiskVerdict, { readonly kind: 'approved' }>,
): Reservation {
  return {
    coid: order.coid,
    symbol: order.symbol,
    side,
    lots: volumeLots,
    reduceOnly: order.reduceOnly,
    price: worstPrice,
    strategyId: order.strategyId,
    lossAtStop: worstLoss,
    ...(positionId === undefined ? {} : { positionId }),
    ...(closeByPositionId === undefined ? {} : { closeByPositionId }),
  };
}

/** As the kernel's first check. */
function haltOf(state: TradingState, order: common.OrderRequest): DenialCode | undefined {
  if (state === 'HALTED' && !(order.reduceOnly && bare('ORIGIN', order.origin) === 'OPERATOR'))
    return 'TRADING_STATE_HALTED';
  return state === 'REDUCING' && !order.reduceOnly ? 'TRADING_STATE_REDUCING' : undefined;
}

export function denied(code: string, message: string): risk.CheckOrderResponse {
  return risk.CheckOrderResponse.fromPartial({
    approved: false,
    code,
    message,
    checks: [{ code, passed: false, message }],
  });
}
