import { risk, type common } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import {
  evaluateOrderChange,
  evaluateStopChange,
  type ChangeVerdict,
  type Reservation,
  type RiskLimits,
} from '@trading/trading-risk';
import type { RiskAccountView } from './account-view';
import { changeEnvelope } from './approval-envelope';
import type { ApprovalSigner } from './approval-signer';
import { changedOrder, checkInput, orderToCheck } from './check-input';
import type { ReservationChange } from './risk-rows';
import type { CheckFacts, NewVerdict } from './risk-store';

interface Judged {
  readonly verdict: ChangeVerdict;
  readonly worstPrice: string;
  readonly reservationChange?: ReservationChange;
  readonly looserStop?: NonNullable<NewVerdict['looserStop']>;
}

/** The verdict on changing a working order, or the stops of a position. */
export function verdictOnChange(
  request: risk.CheckOrderRequest,
  order: common.OrderRequest,
  change: risk.OrderChange,
  facts: CheckFacts,
  view: RiskAccountView | undefined,
  limits: RiskLimits,
  signer: ApprovalSigner,
): Omit<NewVerdict, 'key'> {
  const judge = change.positionId === '' ? ofOrder : ofPosition;
  const { verdict, worstPrice, ...written } = judge(request.asOfUs, order, change, facts, view, limits);
  const checks = verdict.checks.map((check) => ({ ...check }));
  if (verdict.kind === 'denied') {
    const { code, message } = verdict;
    const response = risk.CheckOrderResponse.fromPartial({ approved: false, code, message, checks });
    return { response, isModification: true };
  }
  const approval = signer.sign(changeEnvelope(request, order, change, worstPrice, limits));
  const response = risk.CheckOrderResponse.fromPartial({ approved: true, approval, checks, worstPrice });
  return { response, isModification: true, ...written };
}

function ofOrder(
  asOfUs: number,
  order: common.OrderRequest,
  change: risk.OrderChange,
  facts: CheckFacts,
  view: RiskAccountView | undefined,
  limits: RiskLimits,
): Judged {
  const reservation = facts.reservations.find(({ coid }) => coid === order.coid);
  // Of an order that was filled in part, what is left is changed.
  const volumeLots = reservation?.lots ?? new Decimal(order.volumeLots);
  const before = { ...orderToCheck(order), volumeLots };
  const after = { ...orderToCheck(changedOrder(order, change)), volumeLots };
  const input = checkInput(after, asOfUs, facts, view, limits);
  const openOrders = facts.reservations.length - (reservation === undefined ? 0 : 1);
  const verdict = evaluateOrderChange({ ...input, openOrders }, before);
  if (verdict.kind === 'denied' || verdict.order === undefined)
    return { verdict, worstPrice: worstOf(order, change, view) };
  if (reservation === undefined) return { verdict: unknownOrder(order.coid), worstPrice: '' };
  const digits = view?.instrument(order.symbol)?.digits ?? 0;
  const { worstPrice, worstLoss } = verdict.order;
  return {
    verdict,
    worstPrice: worstPrice.toFixed(digits),
    reservationChange: changeOf(reservation, worstPrice, worstLoss),
  };
}

/** Another change may be under way: the worse of all stays reserved until they are resolved. */
function changeOf(reservation: Reservation, worstPrice: Decimal, worstLoss: Decimal): ReservationChange {
  return {
    price: Decimal.max(worstPrice, reservation.price).toFixed(),
    lossAtStop: Decimal.max(worstLoss, reservation.lossAtStop ?? 0).toFixed(),
    ofLots: reservation.lots.toFixed(),
  };
}

function ofPosition(
  asOfUs: number,
  order: common.OrderRequest,
  change: risk.OrderChange,
  facts: CheckFacts,
  view: RiskAccountView | undefined,
  limits: RiskLimits,
): Judged {
  const { positionId } = change;
  const key = facts.isHedging ? positionId : order.symbol;
  const position = facts.positions.get(key);
  const candidate = orderToCheck(order);
  const stopLoss =
    change.stopLoss === undefined
      ? position?.stopLoss
      : change.stopLoss === ''
        ? undefined
        : new Decimal(change.stopLoss);
  const takeProfit =
    change.takeProfit === undefined || change.takeProfit === '' ? undefined : new Decimal(change.takeProfit);
  const input = checkInput(candidate, asOfUs, facts, view, limits);
  const verdict = evaluateStopChange(input, { key, stopLoss, takeProfit });
  const isLooser = verdict.kind === 'approved' && verdict.checks.some(({ code }) => code === 'TRADING_STATE_HALTED');
  return {
    verdict,
    worstPrice: '',
    // It counts from now on; where the broker refuses it, the position's next event says so.
    ...(isLooser ? { looserStop: { symbol: order.symbol, positionId, stopLoss: stopLoss?.toFixed() ?? '' } } : {}),
  };
}

/** What lowers risk fills no worse than before: at its limit, or where the order was approved. */
function worstOf(order: common.OrderRequest, change: risk.OrderChange, view: RiskAccountView | undefined): string {
  const { price, stopLimitPrice } = changedOrder(order, change);
  const limit =
    order.type === 'ORDER_TYPE_LIMIT' ? price : order.type === 'ORDER_TYPE_STOP_LIMIT' ? stopLimitPrice : '';
  const digits = view?.instrument(order.symbol)?.digits;
  if (limit === undefined || limit === '' || digits === undefined) return order.worstPrice ?? '';
  return new Decimal(limit).toFixed(digits);
}

function unknownOrder(coid: string): ChangeVerdict {
  const message = `There is no working order ${coid} to change.`;
  const check = { code: 'ORDER_UNKNOWN', passed: false, observed: coid, limit: '', message } as const;
  return { kind: 'denied', code: 'ORDER_UNKNOWN', message, checks: [check] };
}
