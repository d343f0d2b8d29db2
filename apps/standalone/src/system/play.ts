import type { gateway } from '@trading/contracts';
import { Progress } from '../report/progress';
import type { SystemFacts } from './configs';
import type { TradingSystem } from './trading-system';

const LOOK_EVERY_MS = 250;

/** How the playing of the data ended. */
export interface Played {
  readonly session: gateway.TerminalSession;
  /** Ticks of this sitting; a resumed run plays only the rest. */
  readonly ticksPlayed: number;
  readonly elapsedS: number;
}

/** The terminal simulator ended before its data did. */
export class SimulatorEnded extends Error {
  readonly code = 'SIMULATOR_ENDED';
}

/** Watches the run until the data ends; `undefined` when `isStopping` says so first. */
export async function play(
  system: TradingSystem,
  facts: SystemFacts,
  out: NodeJS.WriteStream,
  isStopping: () => boolean,
): Promise<Played | undefined> {
  const { accountId } = facts.run;
  const started = performance.now();
  const progress = new Progress(out, out.isTTY, facts.data.ticks);
  let first: number | undefined = facts.run.resumed ? undefined : 0;
  try {
    while (!isStopping()) {
      const session = await sessionOf(system, accountId);
      if (session !== undefined) {
        first ??= session.ticks;
        if (session.ended) {
          return { session, ticksPlayed: session.ticks - first, elapsedS: (performance.now() - started) / 1000 };
        }
        if (session.timeUs > 0) progress.update(await look(system, session));
      } else if (!system.simulator.isAlive()) {
        throw new SimulatorEnded(`The terminal simulator ended: ${system.simulator.lastWords()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return undefined;
  } finally {
    progress.done();
  }
}

export async function sessionOf(
  system: TradingSystem,
  accountId: string,
): Promise<gateway.TerminalSession | undefined> {
  const { sessions } = await system.clients.gateway.listSessions({});
  return sessions.find((session) => session.accountId === accountId && session.connected);
}

async function look(
  system: TradingSystem,
  session: gateway.TerminalSession,
): Promise<Parameters<Progress['update']>[0]> {
  const { accountId } = session;
  const { execution, decision } = system.clients;
  const [accounts, positions, strategies] = await Promise.all([
    execution.listAccounts({}),
    execution.listPositions({ accountId }).catch(() => ({ positions: [] })),
    decision.listStrategies({}),
  ]);
  return {
    ticks: session.ticks,
    timeUs: session.timeUs,
    equity: accounts.accounts.find((account) => account.accountId === accountId)?.equity ?? '',
    position: positions.positions[0]?.volumeLots ?? '0',
    lastWords: strategies.strategies[0]?.lastWords ?? '',
  };
}
