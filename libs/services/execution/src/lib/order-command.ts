import { common } from '@trading/contracts';
import type { Database } from '@trading/platform-database';

/** What a modification leaves in place; absent: as it is; an empty text, or 0, takes it away. */
export interface CommandChanges {
  readonly price?: string;
  readonly stopLimitPrice?: string;
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  readonly expiresUs?: number;
}

/** What became of a command: `PENDING` until the terminal has told. */
export type CommandState = 'PENDING' | 'DONE' | 'REFUSED' | 'DENIED';

/** A modification or a cancel, carried out once per request id. */
export interface OrderCommand {
  readonly accountId: string;
  readonly requestId: string;
  readonly verb: 'modify' | 'cancel';
  /** The order, or the entry whose position it is about. */
  readonly coid: string;
  readonly symbol: string;
  /** The key of the position whose stops are moved; empty: the order itself is meant. */
  readonly positionKey: string;
  /** The broker's name of that position. */
  readonly positionId: string;
  readonly changes: CommandChanges;
  readonly state: CommandState;
  readonly code: string;
  readonly message: string;
  readonly timeUs: number;
  readonly barrier: number;
  readonly inStep: boolean;
  readonly checks: readonly common.CheckResult[];
  /** Of a modification that risk let through. */
  readonly approval?: common.Approval | undefined;
}

type Kept = Omit<
  OrderCommand,
  'accountId' | 'requestId' | 'verb' | 'coid' | 'state' | 'barrier' | 'inStep' | 'approval'
>;

/** A command as a row of `order_command`. */
export function commandRow(command: OrderCommand): object {
  const { accountId: _, requestId, verb, coid, state, barrier, inStep, approval, ...data } = command;
  const bytes = approval && Buffer.from(common.Approval.encode(approval).finish()).toString('base64');
  return { request_id: requestId, verb, coid, state, barrier, in_step: inStep, data, approval: bytes ?? null };
}

interface Row {
  readonly account_id: string;
  readonly request_id: string;
  readonly verb: OrderCommand['verb'];
  readonly coid: string;
  readonly state: CommandState;
  readonly barrier: number;
  readonly in_step: boolean;
  readonly data: Kept;
  readonly approval: Buffer | null;
}

/** Reads the commands of all accounts; they are written with the events that they cause. */
export class CommandStore {
  constructor(private readonly database: Database) {}

  async find(accountId: string, requestId: string): Promise<OrderCommand | undefined> {
    const sql = 'SELECT * FROM order_command WHERE account_id = $1 AND request_id = $2';
    return (await this.database.query<Row>(sql, [accountId, requestId])).map(commandOf)[0];
  }

  /** All that was wanted of one order, oldest first. */
  async ofOrder(accountId: string, coid: string): Promise<OrderCommand[]> {
    const sql = `SELECT * FROM order_command WHERE account_id = $1 AND coid = $2
      ORDER BY barrier, (data->>'timeUs')::bigint, length(request_id), request_id`;
    return (await this.database.query<Row>(sql, [accountId, coid])).map(commandOf);
  }

  /** Those whose result is not known, oldest first. */
  async pending(accountId: string): Promise<OrderCommand[]> {
    const sql = `SELECT * FROM order_command WHERE account_id = $1 AND state = 'PENDING'
      ORDER BY barrier, (data->>'timeUs')::bigint, request_id`;
    return (await this.database.query<Row>(sql, [accountId])).map(commandOf);
  }
}

function commandOf(row: Row): OrderCommand {
  return {
    ...row.data,
    accountId: row.account_id,
    requestId: row.request_id,
    verb: row.verb,
    coid: row.coid,
    state: row.state,
    barrier: row.barrier,
    inStep: row.in_step,
    approval: row.approval === null ? undefined : common.Approval.decode(row.approval),
  };
}
