import { common, type ServiceClients } from '@trading/contracts';
import { CliError } from '../cli/cli-error';
import { paragraphOf } from '../system/paragraph-of';

/** What became of asking one service. */
export interface DoorOutcome {
  readonly door: 'risk-manager' | 'gateway' | 'execution';
  readonly ok: boolean;
  /** What it did, or why not. */
  readonly message: string;
}

export interface HaltOutcome {
  readonly accountId: string;
  /** At least one durable halt holds. */
  readonly halted: boolean;
  readonly doors: readonly DoorOutcome[];
}

type HaltDoors = Pick<ServiceClients, 'riskManager' | 'gateway'>;

/**
 * Halts at both doors, each durable without the other: risk-manager denies new orders, the gateway lets none out. One
 * that is away does not keep the other from halting.
 */
export async function haltAccount(clients: HaltDoors, accountId: string, reason: string): Promise<HaltOutcome> {
  const doors = await Promise.all([
    ask('risk-manager', 'HALTED: it denies every new order', async () => {
      const { accounts } = await clients.riskManager.setTradingState({
        accountId,
        state: common.TradingState.HALTED,
        reason,
      });
      requireAll(accounts.length > 0 && accounts.every(({ state }) => state === common.TradingState.HALTED));
    }),
    ask('gateway', 'closed: it lets no new order out', async () => {
      const { accountIds } = await clients.gateway.setHalt({ accountId, halted: true, reason });
      requireAll(accountIds.includes(accountId));
    }),
  ]);
  return { accountId, halted: doors.some(({ ok }) => ok), doors };
}

/**
 * Lets an account trade again: the gateway first, so that a failure on the way leaves risk-manager's halt in place.
 */
export async function resumeAccount(clients: HaltDoors, accountId: string, reason: string): Promise<HaltOutcome> {
  const gate = await ask('gateway', 'open', () => clients.gateway.setHalt({ accountId, halted: false, reason }));
  if (!gate.ok) {
    const kept = { door: 'risk-manager', ok: false, message: 'not asked: it stays as it is' } as const;
    return { accountId, halted: true, doors: [gate, kept] };
  }
  const state = await ask('risk-manager', 'ACTIVE', () =>
    clients.riskManager.setTradingState({ accountId, state: common.TradingState.ACTIVE, reason }),
  );
  return { accountId, halted: !state.ok, doors: [gate, state] };
}

async function ask(door: DoorOutcome['door'], done: string, call: () => Promise<unknown>): Promise<DoorOutcome> {
  try {
    await call();
    return { door, ok: true, message: done };
  } catch (error) {
    return { door, ok: false, message: paragraphOf(error).message };
  }
}

/** An answer is not enough: it has to say that the halt holds. */
function requireAll(holds: boolean): void {
  if (!holds) throw new CliError('It answered, but does not say that the account is halted.');
}
