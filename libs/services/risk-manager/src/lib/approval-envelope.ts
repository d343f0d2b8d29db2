import { createHash } from 'node:crypto';
import { common, type risk } from '@trading/contracts';
import { Decimal, quantisePrice, type Instrument, type Quote } from '@trading/trading-market';
import { FALLBACK_COLLAR_PCT, type RiskLimits } from '@trading/trading-risk';
import { approvalId } from './approval-signer';

const DEFAULT_LIFETIME_MS = 30_000;
/** A protective close may be needed when the entry was filled long after its approval. */
const PROTECTIVE_LIFETIME_MS = 86_400_000;
/** What a client order id may be long. */
const COID_LENGTH = 40;

/** What every approval of a request says. */
function base(
  { asOfUs, epoch }: risk.CheckOrderRequest,
  order: common.OrderRequest,
  instrument: Instrument | undefined,
  lifetimeMs: number,
): common.ApprovalEnvelope {
  return common.ApprovalEnvelope.fromPartial({
    approvalId: approvalId({ coid: order.coid, requestId: '' }, epoch),
    coid: order.coid,
    accountId: order.accountId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    volumeLots: order.volumeLots,
    fillingModes: (instrument?.fillingModes ?? []).map((mode) => `FILLING_MODE_${mode}` as const),
    notAfterUs: asOfUs + lifetimeMs * 1000,
    epoch,
    reduceOnly: order.reduceOnly,
    verb: 'submit',
    issuedUs: asOfUs,
  });
}

/** An order may be sent as it is; closes are orders. */
export function orderEnvelope(
  request: risk.CheckOrderRequest,
  order: common.OrderRequest,
  worstPrice: string,
  instrument: Instrument,
  limits: RiskLimits,
): common.ApprovalEnvelope {
  return {
    ...base(request, order, instrument, lifetimeMs(limits)),
    worstPrice,
    price: order.price ?? '',
    stopLimitPrice: order.stopLimitPrice ?? '',
    stopLoss: order.stopLoss ?? '',
    takeProfit: order.takeProfit ?? '',
    expiresUs: order.expiresUs ?? 0,
    positionId: order.positionId,
    closeByPositionId: order.closeByPositionId,
  };
}

/** A working order, or the stops of a position, may be changed; what the change leaves alone is empty. */
export function changeEnvelope(
  request: risk.CheckOrderRequest,
  order: common.OrderRequest,
  change: risk.OrderChange,
  worstPrice: string,
  limits: RiskLimits,
): common.ApprovalEnvelope {
  const { requestId } = change;
  return {
    ...base(request, order, undefined, lifetimeMs(limits)),
    approvalId: approvalId({ coid: order.coid, requestId }, request.epoch),
    // Stops are a position's, whichever order opened it.
    coid: change.positionId === '' ? order.coid : '',
    verb: 'modify',
    requestId,
    worstPrice,
    price: change.price ?? '',
    stopLimitPrice: change.stopLimitPrice ?? '',
    stopLoss: change.stopLoss ?? '',
    takeProfit: change.takeProfit ?? '',
    expiresUs: change.expiresUs ?? 0,
    takenAway: [...(change.stopLoss === '' ? ['stop_loss'] : []), ...(change.takeProfit === '' ? ['take_profit'] : [])],
    positionId: change.positionId,
  };
}

/**
 * The close of what an entry opens, approved with it where the broker takes stops only afterwards. Its worst price is
 * the collar of the account around the price of the entry, on the other side.
 */
export function protectiveEnvelope(
  request: risk.CheckOrderRequest,
  order: common.OrderRequest,
  instrument: Instrument,
  quote: Quote,
  limits: RiskLimits,
): common.ApprovalEnvelope {
  const sells = order.side === 'SIDE_BUY';
  const price = new Decimal(order.price ?? (sells ? quote.bid : quote.ask));
  const collar = new Decimal(limits.priceCollarPct === '' ? FALLBACK_COLLAR_PCT : limits.priceCollarPct).div(100);
  const worst = price.mul(sells ? new Decimal(1).minus(collar) : collar.plus(1));
  const close = {
    ...order,
    coid: protectiveCoid(order.coid),
    side: sells ? common.Side.SELL : common.Side.BUY,
    type: common.OrderType.MARKET,
    reduceOnly: true,
  };
  return {
    ...base(request, close, instrument, PROTECTIVE_LIFETIME_MS),
    worstPrice: quantisePrice(instrument, worst, sells ? 'up' : 'down').toFixed(instrument.digits),
  };
}

/** The client order id of the close that protects an order, as short as such ids are. */
export function protectiveCoid(coid: string): string {
  const suffix = '-pc';
  if (coid.length + suffix.length <= COID_LENGTH) return `${coid}${suffix}`;
  return `${createHash('sha256')
    .update(coid)
    .digest('hex')
    .slice(0, COID_LENGTH - suffix.length)}${suffix}`;
}

function lifetimeMs({ approvalLifetimeMs }: RiskLimits): number {
  return approvalLifetimeMs > 0 ? approvalLifetimeMs : DEFAULT_LIFETIME_MS;
}
