import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { common } from '@trading/contracts';

/** Keys that approvals are signed with: PEM private keys (Ed25519) by id, and the id of the one in use. */
export interface SigningKeys {
  readonly activeId: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** The key that is to sign is not among the keys. */
export class SigningKeyMissing extends Error {
  readonly code = 'SIGNING_KEY_MISSING';
  constructor(readonly keyId: string) {
    super(`There is no signing key ${keyId}.`);
    this.name = 'SigningKeyMissing';
  }
}

/**
 * Signs what risk let through: exactly these bytes are what a gateway verifies. Gateways know the public halves of
 * several keys, so another of them can be put in use at any time; an older one stays here to sign what it signed.
 */
export class ApprovalSigner {
  private keys: ReadonlyMap<string, KeyObject> = new Map();
  private activeId = '';

  /** @throws SigningKeyMissing */
  constructor(keys: SigningKeys) {
    this.use(keys);
  }

  /** From now on these keys sign. What cannot be used leaves those before in use. @throws SigningKeyMissing */
  use({ activeId, keys }: SigningKeys): void {
    if (!Object.hasOwn(keys, activeId)) throw new SigningKeyMissing(activeId);
    const opened = new Map(Object.entries(keys).map(([id, pem]) => [id, createPrivateKey(pem)]));
    // A key of another kind would sign what no gateway lets through.
    if ([...opened.values()].some(({ asymmetricKeyType }) => asymmetricKeyType !== 'ed25519'))
      throw new SigningKeyMissing(activeId);
    this.keys = opened;
    this.activeId = activeId;
  }

  sign(envelope: common.ApprovalEnvelope): common.Approval {
    return this.signed(common.ApprovalEnvelope.encode(envelope).finish());
  }

  /**
   * What was approved, for another writer of the account's orders: nothing but the epoch differs. What a key signed
   * that is here no more is signed by the one in use.
   */
  signAgain(approval: common.Approval, epoch: number): common.Approval {
    const envelope = common.ApprovalEnvelope.decode(approval.envelope);
    if (envelope.epoch === epoch && this.keys.has(approval.keyId)) return approval;
    return this.sign({ ...envelope, approvalId: approvalId(envelope, epoch), epoch });
  }

  private signed(envelope: Uint8Array): common.Approval {
    const key = this.keys.get(this.activeId);
    if (key === undefined) throw new SigningKeyMissing(this.activeId);
    return { envelope: Buffer.from(envelope), keyId: this.activeId, signature: sign(null, envelope, key) };
  }
}

/** Tells approvals apart that differ in what is approved or in who may use them. */
export function approvalId(what: Pick<common.ApprovalEnvelope, 'coid' | 'requestId'>, epoch: number): string {
  return what.requestId === '' ? `${what.coid}.${epoch}` : `${what.coid}.${what.requestId}.${epoch}`;
}
