import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { common } from '@trading/contracts';

export type ApprovalCheck =
  { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

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
    verb: string,
    nowUs: number,
  ): ApprovalCheck {
    if (approval === undefined) return refuse('APPROVAL_MISSING', 'An order without an approval is not routed.');
    const key = this.keys.get(approval.keyId);
    if (key === undefined) return refuse('APPROVAL_KEY_UNKNOWN', `No approval key ${approval.keyId} is known.`);
    if (!verify(null, approval.envelope, key, approval.signature)) {
      return refuse('APPROVAL_FORGED', 'The signature of the approval does not verify.');
    }
    const envelope = common.ApprovalEnvelope.decode(approval.envelope);
    const wrong = difference(order, envelope, epoch, verb);
    if (wrong !== undefined) return refuse('APPROVAL_MISMATCH', `The approval is for another ${wrong}.`);
    if (nowUs > envelope.notAfterUs) return refuse('APPROVAL_EXPIRED', 'The approval has expired.');
    return { ok: true };
  }
}

/** The first field in which the command leaves what was approved. */
function difference(
  order: common.OrderRequest,
  envelope: common.ApprovalEnvelope,
  epoch: number,
  verb: string,
): string | undefined {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['verb', verb, envelope.verb],
    ['order', order.coid, envelope.coid],
    ['account', order.accountId, envelope.accountId],
    ['symbol', order.symbol, envelope.symbol],
    ['side', order.side, envelope.side],
    ['type', order.type, envelope.type],
    ['volume', order.volumeLots, envelope.volumeLots],
    ['worst price', order.worstPrice ?? '', envelope.worstPrice],
    ['price', order.price ?? '', envelope.price],
    ['stop loss', order.stopLoss ?? '', envelope.stopLoss],
    ['take profit', order.takeProfit ?? '', envelope.takeProfit],
    ['direction', order.reduceOnly, envelope.reduceOnly],
    ['position', order.positionId, envelope.positionId],
    ['epoch', epoch, envelope.epoch],
  ];
  return pairs.find(([, asked, approved]) => asked !== approved)?.[0];
}
