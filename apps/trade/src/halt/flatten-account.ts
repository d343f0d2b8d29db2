import { common, type execution, type gateway, type ServiceClients } from '@trading/contracts';
import { paragraphOf } from '../system/paragraph-of';
import { type DoorOutcome, haltAccount, type HaltOutcome } from './halt-account';

export interface FlattenRequest {
  readonly accountId: string;
  /** The same id closes nothing twice. */
  readonly requestId: string;
  readonly reason: string;
}

export interface FlattenOutcome {
  readonly accountId: string;
  readonly requestId: string;
  readonly halt: HaltOutcome;
  /** Services that were asked to close, in that order. */
  readonly doors: readonly DoorOutcome[];
  /** Orders of execution. */
  readonly orders: readonly execution.Order[];
  /** Client order ids of the closes that the gateway sent by itself. */
  readonly gatewayCoids: readonly string[];
  /** What the broker still holds; undefined when the terminal cannot be asked. */
  readonly left: readonly gateway.PositionSnapshot[] | undefined;
  /** The terminal's data has ended: simulated time stands still, so nothing fills any more. */
  readonly timeHasEnded: boolean;
}

/** How long to wait for the broker to have closed. */
export interface Patience {
  readonly looks: number;
  pause(): Promise<void>;
}

type FlattenDoors = Pick<ServiceClients, 'riskManager' | 'gateway' | 'execution'>;

/** Orders in these states close nothing. */
const REFUSED: ReadonlySet<common.OrderState> = new Set([
  common.OrderState.DENIED,
  common.OrderState.REJECTED,
  common.OrderState.CANCELED,
  common.OrderState.EXPIRED,
]);

/**
 * Halts, then closes all positions: through execution, which keeps the books in step, else (execution or risk-manager
 * away, a close refused, positions at the broker that our books lack) through the gateway by the terminal's snapshot.
 * Whatever is sent may only reduce, so the second door cannot close what the first has closed already.
 */
export async function flattenAccount(
  clients: FlattenDoors,
  request: FlattenRequest,
  patience: Patience,
): Promise<FlattenOutcome> {
  const { accountId, requestId, reason } = request;
  const halt = await haltAccount(clients, accountId, reason);
  const doors: DoorOutcome[] = [];
  let orders: readonly execution.Order[] = [];
  try {
    ({ orders } = await clients.execution.flatten({ accountId, requestId, reason }));
    const refused = orders.filter(({ state }) => REFUSED.has(state));
    doors.push({ door: 'execution', ok: refused.length === 0, message: refusals(refused, orders.length) });
  } catch (error) {
    doors.push({ door: 'execution', ok: false, message: paragraphOf(error).message });
  }
  const allTaken = doors.every(({ ok }) => ok);
  let left = allTaken ? await positionsLeft(clients, accountId, patience) : undefined;
  // Execution answered that all is closed or being closed; what it does not know about is still there.
  const isMissed = left !== undefined && left.length > 0 && orders.length === 0;
  let gatewayCoids: readonly string[] = [];
  if (!allTaken || isMissed) {
    try {
      ({ coids: gatewayCoids } = await clients.gateway.flatten({ accountId, requestId, reason }));
      doors.push({
        door: 'gateway',
        ok: true,
        message: `sent ${gatewayCoids.length} closes by the terminal's snapshot`,
      });
    } catch (error) {
      doors.push({ door: 'gateway', ok: false, message: paragraphOf(error).message });
    }
    left = await positionsLeft(clients, accountId, patience);
  }
  const timeHasEnded = left !== undefined && left.length > 0 && (await hasEnded(clients, accountId));
  return { accountId, requestId, halt, doors, orders, gatewayCoids, left, timeHasEnded };
}

async function hasEnded({ gateway }: Pick<ServiceClients, 'gateway'>, accountId: string): Promise<boolean> {
  try {
    const { sessions } = await gateway.listSessions({});
    return sessions.some((session) => session.accountId === accountId && session.lockstep && session.ended);
  } catch {
    return false;
  }
}

/** Looks until the broker holds nothing or patience ends; the last look counts. */
async function positionsLeft(
  { gateway }: Pick<ServiceClients, 'gateway'>,
  accountId: string,
  { looks, pause }: Patience,
): Promise<readonly gateway.PositionSnapshot[] | undefined> {
  let left: readonly gateway.PositionSnapshot[] | undefined;
  for (let look = 1; look <= looks; look += 1) {
    try {
      left = (await gateway.getSnapshot({ accountId })).positions;
    } catch {
      return undefined;
    }
    if (left.length === 0) return left;
    if (look < looks) await pause();
  }
  return left;
}

function refusals(refused: readonly execution.Order[], all: number): string {
  if (refused.length === 0) return all === 0 ? 'nothing to close' : `${all} closes ordered`;
  const reasons = refused.map(({ code, message }) => `${message} (${code})`);
  return `${refused.length} of ${all} closes refused: ${[...new Set(reasons)].join('; ')}`;
}
