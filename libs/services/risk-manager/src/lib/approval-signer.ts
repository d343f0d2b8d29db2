import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { common, type risk } from '@trading/contracts';
import type { Instrument } from '@trading/trading-market';

/** Signs what risk let through: exactly these bytes are what a gateway verifies. */
export class ApprovalSigner {
  private readonly key: KeyObject;

  /** `pem`: an Ed25519 private key. */
  constructor(
    pem: string,
    private readonly keyId: string,
  ) {
    this.key = createPrivateKey(pem);
  }

  sign(
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
    worstPrice: string,
    instrument: Instrument,
    lifetimeMs: number,
  ): common.Approval {
    const envelope = common.ApprovalEnvelope.encode({
      approvalId: `${order.coid}.${request.epoch}`,
      coid: order.coid,
      accountId: order.accountId,
      symbol: order.symbol,
      side: order.side,
      type: order.type,
      volumeLots: order.volumeLots,
      worstPrice,
      price: order.price ?? '',
      stopLoss: order.stopLoss ?? '',
      takeProfit: order.takeProfit ?? '',
      fillingModes: instrument.fillingModes.map((mode) => `FILLING_MODE_${mode}` as const),
      notAfterUs: request.asOfUs + lifetimeMs * 1000,
      epoch: request.epoch,
      reduceOnly: order.reduceOnly,
      positionId: order.positionId,
      verb: 'submit',
      issuedUs: request.asOfUs,
      stopLimitPrice: order.stopLimitPrice ?? '',
      expiresUs: order.expiresUs ?? 0,
      closeByPositionId: order.closeByPositionId,
      requestId: request.change?.requestId ?? '',
    }).finish();
    return this.signed(envelope);
  }

  /** What was approved, for another writer of the account's orders: nothing but the epoch differs. */
  signAgain(approval: common.Approval, epoch: number): common.Approval {
    const envelope = common.ApprovalEnvelope.decode(approval.envelope);
    if (envelope.epoch === epoch) return approval;
    const approvalId = `${envelope.coid}.${epoch}`;
    return this.signed(common.ApprovalEnvelope.encode({ ...envelope, approvalId, epoch }).finish());
  }

  private signed(envelope: Uint8Array): common.Approval {
    return { envelope: Buffer.from(envelope), keyId: this.keyId, signature: sign(null, envelope, this.key) };
  }
}
