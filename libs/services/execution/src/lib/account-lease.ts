import { crashPoint } from '@trading/platform-crash-points';
import { TransientDatabaseError, type Database } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';

/** Another process writes this account's orders now: this one must stop. */
export class LeaseLost extends Error {
  readonly code = 'LEASE_LOST';
  constructor(
    readonly accountId: string,
    readonly epoch: number,
  ) {
    super(`The lease on account ${accountId} of epoch ${epoch} was taken over by another writer.`);
  }
}

export interface LeaseOptions {
  /** Names this process among all. */
  readonly owner: string;
  /** Where other execution processes reach this one; empty: nowhere. */
  readonly address: string;
  readonly leaseMs: number;
  /** Milliseconds of a clock that never goes back and goes on while the process is frozen. */
  readonly monotonicMs: () => number;
}

/** The right to write one account's orders, until somebody else takes it. */
export class AccountLease {
  private lost = false;

  constructor(
    readonly accountId: string,
    readonly epoch: number,
    private renewedMs: number,
    private readonly leases: AccountLeases,
  ) {}

  get isLost(): boolean {
    return this.lost;
  }

  /**
   * To be awaited immediately before anything is sent in the account's name. A process that was frozen for longer than
   * the lease asks first whether it still has it.
   * @throws {LeaseLost}
   */
  async require(): Promise<void> {
    if (!this.lost && this.leases.ageMs(this.renewedMs) >= this.leases.leaseMs) await this.leases.renew([this]);
    if (this.lost) throw new LeaseLost(this.accountId, this.epoch);
  }

  /** Renewed by a statement that was sent at this time, so that the lease never lasts longer here than in the store. */
  renewed(sinceMs: number): void {
    this.renewedMs = sinceMs;
  }

  lose(): void {
    this.lost = true;
  }
}

/** Who writes an account, as the store says. */
export interface LeaseHolder {
  readonly owner: string;
  readonly address: string;
  readonly epoch: number;
  readonly isCurrent: boolean;
}

/**
 * The leases of this process. Taking one over is safe at any time: it raises the account's epoch, which every write of
 * the account names, and which the gateway refuses to go below.
 */
export class AccountLeases {
  private readonly held = new Map<string, AccountLease>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly options: LeaseOptions,
    private readonly logger: Logger,
  ) {}

  get leaseMs(): number {
    return this.options.leaseMs;
  }

  ageMs(sinceMs: number): number {
    return this.options.monotonicMs() - sinceMs;
  }

  /** Renews all leases well before they end. */
  start(): void {
    this.timer ??= setInterval(() => {
      this.renew([...this.held.values()]).catch((error: unknown) =>
        this.logger.warn({ error: String(error) }, 'Leases on accounts could not be renewed.'),
      );
    }, this.leaseMs / 3);
    this.timer.unref();
  }

  /** Takes the lease on an account, whoever has it. */
  async take(accountId: string): Promise<AccountLease> {
    const { owner, address, leaseMs, monotonicMs } = this.options;
    const sinceMs = monotonicMs();
    const [row] = await this.database.query<{ epoch: number }>(
      `WITH taken AS (
         INSERT INTO account_lease AS l (account_id, owner, address, epoch, renewed_at, expires_at)
         VALUES ($1, $2, $3, 1 + coalesce((SELECT epoch FROM account WHERE account_id = $1), 0),
                 now(), now() + $4 * interval '1 ms')
         ON CONFLICT (account_id) DO UPDATE SET owner = excluded.owner, address = excluded.address,
           epoch = l.epoch + 1, renewed_at = excluded.renewed_at, expires_at = excluded.expires_at
         RETURNING account_id, epoch
       ), moved AS (
         UPDATE account SET epoch = taken.epoch FROM taken WHERE account.account_id = taken.account_id
       ) SELECT epoch FROM taken`,
      [accountId, owner, address, leaseMs],
    );
    if (row === undefined) throw new Error(`The lease on account ${accountId} was not stored.`);
    this.held.get(accountId)?.lose();
    const lease = new AccountLease(accountId, row.epoch, sinceMs, this);
    this.held.set(accountId, lease);
    crashPoint('execution.lease.taken');
    return lease;
  }

  /** Makes leases last from now; those that another process has taken are lost. */
  async renew(leases: readonly AccountLease[]): Promise<void> {
    const asked = leases.filter((lease) => !lease.isLost);
    if (asked.length === 0) return;
    const sinceMs = this.options.monotonicMs();
    const rows = await this.database.query<{ account_id: string }>(
      `UPDATE account_lease l SET renewed_at = now(), expires_at = now() + $4 * interval '1 ms'
       FROM unnest($1::text[], $2::bigint[]) AS h(account_id, epoch)
       WHERE l.account_id = h.account_id AND l.epoch = h.epoch AND l.owner = $3 RETURNING l.account_id`,
      [asked.map((l) => l.accountId), asked.map((l) => l.epoch), this.options.owner, this.leaseMs],
    );
    const renewed = new Set(rows.map((row) => row.account_id));
    for (const lease of asked) {
      if (renewed.has(lease.accountId)) lease.renewed(sinceMs);
      else this.forget(lease);
    }
  }

  async holder(accountId: string): Promise<LeaseHolder | undefined> {
    const [row] = await this.database.query<{ owner: string; address: string; epoch: number; current: boolean }>(
      'SELECT owner, address, epoch, expires_at > now() AS current FROM account_lease WHERE account_id = $1',
      [accountId],
    );
    return row && { owner: row.owner, address: row.address, epoch: row.epoch, isCurrent: row.current };
  }

  /** Whether this process has the lease on an account, as far as it knows. */
  has(accountId: string): boolean {
    return this.held.get(accountId)?.isLost === false;
  }

  /** Who writes each account now; accounts without a current lease are left out. */
  async holders(): Promise<ReadonlyMap<string, LeaseHolder>> {
    const rows = await this.database.query<{ account_id: string; owner: string; address: string; epoch: number }>(
      'SELECT account_id, owner, address, epoch FROM account_lease WHERE expires_at > now()',
    );
    return new Map(rows.map(({ account_id: id, ...row }) => [id, { ...row, isCurrent: true }]));
  }

  /** Lets the accounts go, so that nobody is sent here any more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    const leases = [...this.held.values()].filter((lease) => !lease.isLost);
    for (const lease of leases) this.forget(lease);
    if (leases.length === 0) return;
    await this.database
      .query(
        `UPDATE account_lease l SET expires_at = now() FROM unnest($1::text[], $2::bigint[]) AS h(account_id, epoch)
         WHERE l.account_id = h.account_id AND l.epoch = h.epoch`,
        [leases.map((l) => l.accountId), leases.map((l) => l.epoch)],
      )
      .catch((error: unknown) => {
        // It ends by itself.
        if (!(error instanceof TransientDatabaseError)) throw error;
      });
  }

  private forget(lease: AccountLease): void {
    lease.lose();
    if (this.held.get(lease.accountId) === lease) this.held.delete(lease.accountId);
    const { accountId, epoch } = lease;
    this.logger.warn({ accountId, epoch }, 'This process no longer writes the account.');
  }
}
