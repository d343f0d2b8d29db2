import type { terminal } from '@trading/contracts';
import type { Logger } from '@trading/platform-logging';
import type { CommandDesk } from './command-desk';
import type { GatewayConnection } from './gateway-connection';
import type { Journal } from './journal';
import type { LineFaults } from './line-faults';
import type { Playback } from './playback';
import type { TradedSymbols } from './traded-symbols';

/** What a session works with, whichever way its time goes. */
export interface SessionParts {
  readonly connection: GatewayConnection;
  readonly welcome: terminal.Welcome;
  readonly playback: Playback;
  readonly journal: Journal;
  readonly desk: CommandDesk;
  readonly symbols: TradedSymbols;
  /** Bars that the played data has completed so far. */
  readonly rates: (request: terminal.RatesGet) => Promise<terminal.RatesFrame>;
  readonly faults: LineFaults | undefined;
  readonly logger: Logger;
}

/** One welcomed connection. */
export interface TerminalSession {
  /** The gateway said that a newer terminal took over. */
  readonly isSuperseded: boolean;
  /** Ends with the connection. @throws what the data makes the playback throw */
  run(): Promise<void>;
}

/** Resolves when a signal has aborted. */
export async function abortOf(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
