/** Nonces kept; older ones are guarded by the gateway's own nonce, which is new in each handshake. */
const KEPT = 10_000;

/** Nonces that terminals have proven themselves with: each serves once. */
export class UsedNonces {
  private readonly used = new Set<string>();

  has(keyId: string, nonce: string): boolean {
    return this.used.has(`${keyId}|${nonce}`);
  }

  add(keyId: string, nonce: string): void {
    this.used.add(`${keyId}|${nonce}`);
    if (this.used.size <= KEPT) return;
    for (const oldest of this.used) {
      this.used.delete(oldest);
      break;
    }
  }
}
