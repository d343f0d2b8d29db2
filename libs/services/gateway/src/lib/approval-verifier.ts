import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { common, type gateway } from '@trading/contracts';

export type ApprovalCheck =
  | { readonly ok: true; readonly envelope: common.ApprovalEnvelope }
  | { readonly ok: false; readonly code: string; readonly message: string };

type Pairs = readonly (readonly [field: string, asked: unknown, approved: unknown])[];

const refuse = (code: string, message: string): ApprovalCheck => ({ ok: false, code, message });

/** Verifies that risk-manager signed exactly the command that is about to go to a terminal. */
export class ApprovalVerifier {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** `keys`: PEM public keys (Ed25519) by key id. */
  constructor(keys: Readonly<Record<string, string>>) {
    this.keys = new Map(Object.entries(keys).map(([id, pem]) => [id, createPublicKey(pem)]));
  }

  /** `nowUs` is the account's event time. */
  check(
    order: common.OrderRequest,
    approval: common.Approval | undefined,
    epoch: number,
    nowUs: number,
  ): ApprovalCheck {
    return this.verify(approval, nowUs, (envelope) => orderPairs(order, envelope, epoch));
  }

  /** The same for a change of a working order, or of a position's stops. */
  checkModify(request: gateway.ModifyOrderRequest, nowUs: number): ApprovalCheck {
    return this.verify(request.approval, nowUs, (envelope) => modifyPairs(request, envelope));
  }

  private verify(
    approval: common.Approval | undefined,
    nowUs: number,
    pairsOf: (envelope: common.ApprovalEnvelope) => Pairs,
  ): ApprovalCheck {
    if (approval === undefined) return refuse('APPROVAL_MISSING', 'A command without an approval is not routed.');
    const key = this.keys.get(approval.keyId);
    if (key === undefined) return refuse('APPROVAL_KEY_UNKNOWN', `No approval key ${approval.keyId} is known.`);
    if (!verify(null, approval.envelope, key, approval.signature)) {
      return refuse('APPROVAL_FORGED', 'The signature of the approval does not verify.');
    }
    const envelope = common.ApprovalEnvelope.decode(approval.envelope);
    const wrong = pairsOf(envelope).find(([, asked, approved]) => asked !== approved)?.[0];
    if (wrong !== undefined) return refuse('APPROVAL_MISMATCH', `The approval is for another ${wrong}.`);
    if (nowUs > envelope.notAfterUs) return refuse('APPROVAL_EXPIRED', 'The approval has expired.');
    return { ok: true, envelope };
  }
}

function orderPairs(order: common.OrderRequest, envelope: common.ApprovalEnvelope, epoch: number): Pairs {
  return [
    ['verb', 'submit', envelope.verb],
    ['order', order.coid, envelope.coid],
    ['account', order.accountId, envelope.accountId],
    ['symbol', order.symbol, envelope.symbol],
    ['side', order.side, envelope.side],
    ['type', order.type, envelope.type],
    ['volume', order.volumeLots, envelope.volumeLots],
    ['worst price', order.worstPrice ?? '', envelope.worstPrice],
    ['price', order.price ?? '', envelope.price],
    ['stop-limit price', order.stopLimitPrice ?? '', envelope.stopLimitPrice],
    ['stop loss', order.stopLoss ?? '', envelope.stopLoss],
    ['take profit', order.takeProfit ?? '', envelope.takeProfit],
    ['expiry', order.expiresUs ?? 0, envelope.expiresUs],
    ['direction', order.reduceOnly, envelope.reduceOnly],
    ['position', order.positionId, envelope.positionId],
    ['opposite position', order.closeByPositionId, envelope.closeByPositionId],
    ['epoch', epoch, envelope.epoch],
  ];
}

function modifyPairs(request: gateway.ModifyOrderRequest, envelope: common.ApprovalEnvelope): Pairs {
  const { takenAway } = envelope;
  return [
    ['verb', 'modify', envelope.verb],
    ['request', request.requestId, envelope.requestId],
    ['order', request.coid, envelope.coid],
    ['account', request.accountId, envelope.accountId],
    ['symbol', request.symbol, envelope.symbol],
    ['position', request.positionId, envelope.positionId],
    ['price', request.price ?? '', envelope.price],
    ['stop-limit price', request.stopLimitPrice ?? '', envelope.stopLimitPrice],
    ['stop loss', request.stopLoss ?? '', envelope.stopLoss],
    ['take profit', request.takeProfit ?? '', envelope.takeProfit],
    // What is taken away, and what is left as it is, are both empty above.
    ['stop loss', request.stopLoss === '', takenAway.includes('stop_loss')],
    ['take profit', request.takeProfit === '', takenAway.includes('take_profit')],
    ['expiry', request.expiresUs ?? 0, envelope.expiresUs],
    ['epoch', request.epoch, envelope.epoch],
  ];
}
