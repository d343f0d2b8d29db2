import { common } from '@trading/contracts';
import type { Database } from '@trading/platform-database';

/**
 * Where the broker takes stops only after an entry: `WAITING` for the position to have them, `CLOSING` when that did not
 * succeed in time, `DONE` when the position has them or is gone.
 */
export type ProtectionState = 'WAITING' | 'CLOSING' | 'DONE';

/** An entry whose position is without its stops for a moment. */
export interface Protection {
  readonly coid: string;
  readonly state: ProtectionState;
  /** Event time at which the position is closed unless it has its stops; 0: nothing is filled yet. */
  readonly deadlineUs: number;
  /** The close that risk let through together with the entry. */
  readonly close: common.Approval | undefined;
}

/** A protection as a row of its table. */
export function protectionRow({ coid, state, deadlineUs, close }: Protection): object {
  const bytes = close && Buffer.from(common.Approval.encode(close).finish()).toString('base64');
  return { coid, state, deadline_us: deadlineUs, close: bytes ?? null };
}

/** Reads the protections; they are written with the events that change them. */
export class ProtectionStore {
  constructor(private readonly database: Database) {}

  /** Those that are not done, by the entry's client order id. */
  async open(accountId: string): Promise<Protection[]> {
    const rows = await this.database.query<{
      coid: string;
      state: ProtectionState;
      deadline_us: number;
      close: Buffer | null;
    }>(
      `SELECT coid, state, deadline_us, close FROM protection WHERE account_id = $1 AND state <> 'DONE' ORDER BY coid`,
      [accountId],
    );
    return rows.map((row) => ({
      coid: row.coid,
      state: row.state,
      deadlineUs: row.deadline_us,
      close: row.close === null ? undefined : common.Approval.decode(row.close),
    }));
  }
}
