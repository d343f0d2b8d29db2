import { gateway } from '@trading/contracts';
import type { Database } from '@trading/platform-database';
import { memoryLogger } from '@trading/platform-logging';
import { AccountLeases, type AccountLease } from '../lib/account-lease';
import { accountOf } from '../lib/account-of';
import { OrderStore } from '../lib/order-store';
import { ACCOUNT, SNAPSHOT } from './messages';

/** Stores the account as its terminal would report it, and takes the lease on it. */
export async function openAccount(database: Database, accountId = ACCOUNT): Promise<AccountLease> {
  const lease = await leasesOn(database, 'test').take(accountId);
  const account = accountOf(gateway.TerminalSession.fromPartial({ accountId }), SNAPSHOT, 'run-1');
  await database.transaction((tx) => new OrderStore(database).saveAccount(tx, account, lease.epoch));
  return lease;
}

/** The leases of one process. */
export function leasesOn(
  database: Database,
  owner: string,
  clock: { nowMs: number } = { nowMs: 0 },
  address = '',
): AccountLeases {
  return new AccountLeases(
    database,
    { owner, address, leaseMs: 10_000, monotonicMs: () => clock.nowMs },
    memoryLogger(),
  );
}
