import type { execution } from '@trading/contracts';
import { crashPoint } from '@trading/platform-crash-points';
import type { Sql } from '@trading/platform-database';
import { foldOrderEvents, type BookedEvents } from './exposure-fold';
import { EXPOSURE_JSON, positionsOf, type ExposureRow } from './risk-rows';

/** What became of order events. */
export type Applied =
  | { readonly kind: 'applied' }
  | { readonly kind: 'account-unknown' }
  | { readonly kind: 'gap'; readonly missing: string };

interface BooksRow {
  readonly applied_seq: number;
  readonly version: number;
  readonly hedging: boolean;
  readonly positions: ExposureRow[];
}

const MINUTE_US = 60_000_000;

/**
 * Books order events once each, by their sequence: fills move exposure, ended orders give their reservation back.
 * Sequences that are missing before an event are returned: exposure is not known any more. Undefined, with nothing
 * written, when the account has changed since it was read.
 */
export async function applyOrderEvents(
  sql: Sql,
  accountId: string,
  events: readonly execution.OrderEvent[],
): Promise<Applied | undefined> {
  const [row] = await sql.query<BooksRow>(
    `SELECT applied_seq, version, hedging, ${EXPOSURE_JSON} AS positions FROM account WHERE account_id = $1`,
    [accountId],
  );
  if (row === undefined) return { kind: 'account-unknown' };
  const before = { appliedSeq: row.applied_seq, isHedging: row.hedging, positions: positionsOf(row.positions) };
  const booked = foldOrderEvents(before, events);
  if (booked.appliedSeq === row.applied_seq) return { kind: 'applied' };
  crashPoint('risk-manager.events.applying');
  if (!(await store(sql, accountId, row.version, booked))) return undefined;
  crashPoint('risk-manager.events.applied');
  return booked.missing === undefined ? { kind: 'applied' } : { kind: 'gap', missing: booked.missing };
}

async function store(sql: Sql, accountId: string, version: number, booked: BookedEvents): Promise<boolean> {
  const { appliedSeq, exposures, ended, left, modified, lastLossUs, cancelsUs, commissions } = booked;
  const newestCancelUs = Math.max(0, ...cancelsUs);
  const stored = await sql.query(
    `WITH moved AS (
       UPDATE account SET applied_seq = $3, version = version + 1,
         last_loss_us = greatest(last_loss_us, $7::bigint),
         commissions = CASE WHEN $8::jsonb = '{}' THEN commissions ELSE commissions || $8::jsonb END,
         cancels_us = CASE WHEN $9::jsonb = '[]' THEN cancels_us ELSE $9::jsonb || (
           SELECT coalesce(jsonb_agg(c), '[]') FROM jsonb_array_elements(cancels_us) AS c
           WHERE (c #>> '{}')::bigint > $10::bigint) END
       WHERE account_id = $1 AND version = $2 RETURNING account_id
     ), exposed AS (
       INSERT INTO exposure (account_id, symbol, position_id, lots, average_price, stop_loss, strategy_id)
       SELECT moved.account_id, r.* FROM moved, json_to_recordset($4::json) AS r(symbol text, position_id text,
         lots numeric, average_price numeric, stop_loss numeric, strategy_id text)
       ON CONFLICT (account_id, symbol, position_id) DO UPDATE SET lots = excluded.lots,
         average_price = excluded.average_price, stop_loss = excluded.stop_loss, strategy_id = excluded.strategy_id
     ), ended AS (
       DELETE FROM reservation USING moved WHERE coid = ANY($5::text[])
     ), changed AS (
       UPDATE reservation SET data = CASE
           WHEN r.done AND data ? 'changed' THEN (data - 'changed') || (data -> 'changed') ELSE data - 'changed' END
         || CASE WHEN r.lots IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('lots', r.lots) END
         || CASE WHEN r.done IS NULL AND data ? 'changed' THEN jsonb_build_object('changed', data -> 'changed')
            ELSE '{}'::jsonb END
       FROM moved, json_to_recordset($6::json) AS r(coid text, lots text, done boolean)
       WHERE reservation.coid = r.coid
     ) SELECT account_id FROM moved`,
    [
      accountId,
      version,
      appliedSeq,
      JSON.stringify(exposures),
      [...ended],
      JSON.stringify(changesOf(left, modified)),
      lastLossUs ?? null,
      JSON.stringify(commissions),
      JSON.stringify(cancelsUs),
      newestCancelUs - MINUTE_US,
    ],
  );
  return stored.length > 0;
}

/** One change for each reservation, because a row is updated once by a statement. */
function changesOf(left: BookedEvents['left'], modified: BookedEvents['modified']) {
  const changes = new Map<string, { coid: string; lots?: string; done?: boolean }>();
  for (const { coid, lots } of left) changes.set(coid, { coid, lots });
  for (const { coid, done } of modified) changes.set(coid, { ...changes.get(coid), coid, done });
  return [...changes.values()];
}

/** Where a position's stop is, as execution tells it. */
export interface ToldStop {
  readonly symbol: string;
  readonly positionId: string;
  readonly stopLoss: string;
}

/** Takes the stops of positions as they are told, if they are others than those known. */
export async function applyStops(sql: Sql, accountId: string, stops: readonly ToldStop[]): Promise<void> {
  const newest = new Map(stops.map((stop) => [`${stop.symbol} ${stop.positionId}`, stop]));
  await sql.query(
    `WITH told AS (
       UPDATE exposure SET stop_loss = r.stop FROM (
         SELECT symbol, position, nullif(stop, '')::numeric AS stop
         FROM json_to_recordset($2::json) AS s(symbol text, position text, stop text)) AS r
       WHERE account_id = $1 AND exposure.symbol = r.symbol AND exposure.position_id IN ('', r.position)
         AND lots <> 0 AND stop_loss IS DISTINCT FROM r.stop RETURNING exposure.symbol
     ) UPDATE account SET version = version + 1 WHERE account_id = $1 AND EXISTS (SELECT 1 FROM told)`,
    [
      accountId,
      JSON.stringify(
        [...newest.values()].map(({ symbol, positionId, stopLoss }) => ({
          ...{ symbol, position: positionId, stop: stopLoss },
        })),
      ),
    ],
  );
}
