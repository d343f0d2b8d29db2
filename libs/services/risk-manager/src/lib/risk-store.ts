import { bare, risk, type common, type execution } from '@trading/contracts';
import type { Database, Sql } from '@trading/platform-database';
import { Decimal } from '@trading/trading-market';
import { isTerminal } from '@trading/trading-orders';
import type { PositionAtRisk, RecentOrder, Reservation, RiskLimits, TradingState } from '@trading/trading-risk';

export interface AccountState {
  readonly accountId: string;
  readonly state: TradingState;
  readonly reason: string;
  readonly changedBy: string;
  readonly changedUs: number;
}

interface AccountRow {
  readonly account_id: string;
  readonly state: TradingState;
  readonly reason: string;
  readonly changed_by: string;
  readonly changed_us: number;
}

/** What a reservation says besides its decimals. */
type StoredReservation = Omit<Reservation, 'lots' | 'price' | 'lossAtStop'> & {
  lots: string;
  price: string;
  lossAtStop?: string;
};

/** What became of order events. */
export type Applied =
  | { readonly kind: 'applied' }
  | { readonly kind: 'account-unknown' }
  | { readonly kind: 'gap'; readonly missing: string };

/** The tables of risk-manager. */
export class RiskStore {
  constructor(readonly database: Database) {}

  async accounts(accountId = ''): Promise<AccountState[]> {
    const rows = await this.database.query<AccountRow>(
      `SELECT account_id, state, reason, changed_by, changed_us FROM account WHERE $1 = '' OR account_id = $1 ORDER BY account_id`,
      [accountId],
    );
    return rows.map(stateOf);
  }

  /** Locks the account's row for the transaction; undefined for an account that nobody has seen. */
  async lock(tx: Sql, accountId: string): Promise<AccountState | undefined> {
    const [row] = await tx.query<AccountRow>(
      'SELECT account_id, state, reason, changed_by, changed_us FROM account WHERE account_id = $1 FOR UPDATE',
      [accountId],
    );
    return row === undefined ? undefined : stateOf(row);
  }

  /** Makes an account known; its state stays as it is when it was known. */
  async create(account: AccountState): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO account (account_id, state, reason, changed_by, changed_us) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING account_id`,
      [account.accountId, account.state, account.reason, account.changedBy, account.changedUs],
    );
    return rows.length > 0;
  }

  async setState(tx: Sql, account: AccountState): Promise<void> {
    await tx.query(
      'UPDATE account SET state = $2, reason = $3, changed_by = $4, changed_us = $5 WHERE account_id = $1',
      [account.accountId, account.state, account.reason, account.changedBy, account.changedUs],
    );
    await this.audit(tx, account.accountId, account.changedBy, { state: account.state, reason: account.reason });
  }

  async audit(tx: Sql, accountId: string, who: string, what: object): Promise<void> {
    await tx.query('INSERT INTO audit (account_id, who, what) VALUES ($1, $2, $3)', [accountId, who, what]);
  }

  async limits(accountId: string): Promise<{ version: number; limits: RiskLimits } | undefined> {
    const [row] = await this.database.query<{ version: number; data: RiskLimits }>(
      'SELECT version, data FROM limits WHERE account_id = $1',
      [accountId],
    );
    return row === undefined ? undefined : { version: row.version, limits: row.data };
  }

  async saveLimits(tx: Sql, accountId: string, limits: RiskLimits): Promise<void> {
    await tx.query(
      `INSERT INTO limits (account_id, version, data) VALUES ($1, 1, $2)
       ON CONFLICT (account_id) DO UPDATE SET version = limits.version + 1, data = $2`,
      [accountId, limits],
    );
  }

  async verdict(tx: Sql, coid: string): Promise<risk.CheckOrderResponse | undefined> {
    const [row] = await tx.query<{ response: Buffer }>('SELECT response FROM verdict WHERE coid = $1', [coid]);
    return row === undefined ? undefined : risk.CheckOrderResponse.decode(row.response);
  }

  async saveVerdict(
    tx: Sql,
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
    response: risk.CheckOrderResponse,
  ): Promise<void> {
    const recent = {
      symbol: order.symbol,
      side: bare('SIDE', order.side),
      lots: order.volumeLots,
      strategyId: order.strategyId,
    };
    await tx.query(
      'INSERT INTO verdict (coid, account_id, as_of_us, approved, recent, response) VALUES ($1, $2, $3, $4, $5, $6)',
      [
        order.coid,
        order.accountId,
        request.asOfUs,
        response.approved,
        recent,
        Buffer.from(risk.CheckOrderResponse.encode(response).finish()),
      ],
    );
  }

  async recentOrders(tx: Sql, accountId: string, sinceUs: number): Promise<RecentOrder[]> {
    const rows = await tx.query<{
      as_of_us: number;
      recent: { symbol: string; side: 'BUY' | 'SELL'; lots: string; strategyId: string };
    }>('SELECT as_of_us, recent FROM verdict WHERE account_id = $1 AND approved AND as_of_us >= $2', [
      accountId,
      sinceUs,
    ]);
    return rows.map(({ as_of_us, recent }) => ({ ...recent, lots: new Decimal(recent.lots), atUs: as_of_us }));
  }

  async reserve(tx: Sql, accountId: string, reservation: Reservation): Promise<void> {
    const { lots, price, lossAtStop, ...rest } = reservation;
    const data: StoredReservation = {
      ...rest,
      lots: lots.toFixed(),
      price: price.toFixed(),
      ...(lossAtStop === undefined ? {} : { lossAtStop: lossAtStop.toFixed() }),
    };
    await tx.query('INSERT INTO reservation (coid, account_id, data) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      reservation.coid,
      accountId,
      data,
    ]);
  }

  /** Takes a released reservation up again. True while the order has one: that is until it ends. */
  async reserveAgain(tx: Sql, coid: string): Promise<boolean> {
    const rows = await tx.query('UPDATE reservation SET released = false WHERE coid = $1 RETURNING coid', [coid]);
    return rows.length > 0;
  }

  async reservations(tx: Sql, accountId: string): Promise<Reservation[]> {
    const rows = await tx.query<{ data: StoredReservation }>(
      'SELECT data FROM reservation WHERE account_id = $1 AND NOT released ORDER BY coid',
      [accountId],
    );
    return rows.map(({ data: { lots, price, lossAtStop, ...rest } }) => ({
      ...rest,
      lots: new Decimal(lots),
      price: new Decimal(price),
      ...(lossAtStop === undefined ? {} : { lossAtStop: new Decimal(lossAtStop) }),
    }));
  }

  /**
   * Releases every reservation of the account except those of these orders. They are remembered: an order that was
   * never submitted may still be, under the verdict that it has.
   */
  async releaseOthers(accountId: string, coids: readonly string[]): Promise<string[]> {
    return this.database.transaction(async (tx) => {
      await this.lock(tx, accountId);
      const rows = await tx.query<{ coid: string }>(
        `UPDATE reservation SET released = true
         WHERE account_id = $1 AND NOT released AND NOT coid = ANY($2) RETURNING coid`,
        [accountId, [...coids]],
      );
      return rows.map((row) => row.coid).sort();
    });
  }

  async positions(tx: Sql, accountId: string): Promise<Map<string, PositionAtRisk>> {
    const rows = await tx.query<{
      symbol: string;
      lots: string;
      average_price: string;
      stop_loss: string | null;
      strategy_id: string;
    }>('SELECT symbol, lots, average_price, stop_loss, strategy_id FROM exposure WHERE account_id = $1 AND lots <> 0', [
      accountId,
    ]);
    return new Map(
      rows.map((row) => [
        row.symbol,
        {
          lots: new Decimal(row.lots),
          averagePrice: new Decimal(row.average_price),
          strategyId: row.strategy_id,
          ...(row.stop_loss === null ? {} : { stopLoss: new Decimal(row.stop_loss) }),
        },
      ]),
    );
  }

  /**
   * Books order events once each, by their sequence: fills move exposure, ended orders give their reservation back.
   * Sequences that are missing before an event are returned: exposure is not known any more.
   */
  async applyOrderEvents(accountId: string, events: readonly execution.OrderEvent[]): Promise<Applied> {
    if (events.length === 0) return { kind: 'applied' };
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<{ applied_seq: number }>(
        'SELECT applied_seq FROM account WHERE account_id = $1 FOR UPDATE',
        [accountId],
      );
      if (row === undefined) return { kind: 'account-unknown' };
      let last = row.applied_seq;
      let missing: string | undefined;
      for (const event of events) {
        if (event.seq <= last) continue;
        if (event.seq > last + 1) missing ??= `${last + 1} to ${event.seq - 1}`;
        last = event.seq;
        await this.applyOrderEvent(tx, event);
      }
      await tx.query('UPDATE account SET applied_seq = $2 WHERE account_id = $1', [accountId, last]);
      return missing === undefined ? { kind: 'applied' } : { kind: 'gap', missing };
    });
  }

  /** True the first time that this breach is reported. */
  async firstBreach(tx: Sql, accountId: string, breachId: string): Promise<boolean> {
    const rows = await tx.query(
      'INSERT INTO breach (account_id, breach_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING breach_id',
      [accountId, breachId],
    );
    return rows.length > 0;
  }

  private async applyOrderEvent(tx: Sql, event: execution.OrderEvent): Promise<void> {
    const { fill, order } = event;
    if (order === undefined) return;
    if (fill !== undefined) await this.bookFill(tx, fill, order.request);
    if (isTerminal(bare('ORDER_STATE', order.state))) {
      await tx.query('DELETE FROM reservation WHERE coid = $1', [event.coid]);
    } else if (fill !== undefined) {
      const left = new Decimal(order.request?.volumeLots ?? 0).minus(order.filledLots);
      await tx.query(`UPDATE reservation SET data = jsonb_set(data, '{lots}', to_jsonb($2::text)) WHERE coid = $1`, [
        event.coid,
        left.toFixed(),
      ]);
    }
  }

  private async bookFill(tx: Sql, fill: execution.Fill, request: common.OrderRequest | undefined): Promise<void> {
    const held = (await this.positions(tx, fill.accountId)).get(fill.symbol);
    const signed = new Decimal(fill.volumeLots).times(bare('SIDE', fill.side) === 'BUY' ? 1 : -1);
    const before = held?.lots ?? new Decimal(0);
    const lots = before.plus(signed);
    const price = new Decimal(fill.price);
    const adds = before.isZero() || before.isNegative() === signed.isNegative();
    const flips = !before.isZero() && !lots.isZero() && before.isNegative() !== lots.isNegative();
    const average = adds
      ? (held?.averagePrice ?? price).times(before.abs()).plus(price.times(signed.abs())).div(lots.abs())
      : flips
        ? price
        : (held?.averagePrice ?? price);
    const strategyId = adds || flips ? (request?.strategyId ?? '') : (held?.strategyId ?? '');
    await tx.query(
      `INSERT INTO exposure (account_id, symbol, lots, average_price, stop_loss, strategy_id) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (account_id, symbol) DO UPDATE SET lots = $3, average_price = $4, stop_loss = $5, strategy_id = $6`,
      [
        fill.accountId,
        fill.symbol,
        lots.toFixed(),
        average.toFixed(),
        request?.stopLoss ?? null,
        lots.isZero() ? '' : strategyId,
      ],
    );
  }
}

function stateOf(row: AccountRow): AccountState {
  return {
    accountId: row.account_id,
    state: row.state,
    reason: row.reason,
    changedBy: row.changed_by,
    changedUs: row.changed_us,
  };
}
