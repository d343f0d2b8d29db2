import { setTimeout as pause } from 'node:timers/promises';
import { TransientDatabaseError } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';

/** A store did not answer for as long as the process was willing to wait. */
export class StoreUnreachable extends Error {
  readonly code = 'STORE_UNREACHABLE';
  constructor(waitedMs: number, cause: Error) {
    const waited = waitedMs === 0 ? 'at once' : `within ${waitedMs / 1_000} s`;
    super(`PostgreSQL did not answer ${waited}: ${cause.message}. Is the server that DATABASE_URL names running?`, {
      cause,
    });
    this.name = 'StoreUnreachable';
  }
}

export interface AwaitStoreOptions {
  /** How long to go on trying, in milliseconds. */
  readonly waitMs: number;
  readonly logger: Logger;
  /** Ends the waiting; the call then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Told of every failure that will be followed by another try. */
  readonly onFailure?: (error: Error) => void;
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Opens a store, trying again while it cannot be reached, as when everything on a machine starts at once. A refusal
 * (wrong password, a broken migration) is final.
 *
 * @throws {StoreUnreachable} after `waitMs`
 */
export async function awaitStore<T>(open: () => Promise<T>, options: AwaitStoreOptions): Promise<T> {
  const { waitMs, logger, signal, onFailure, nowMs = Date.now, sleep = sleepUnlessAborted } = options;
  const startedMs = nowMs();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof TransientDatabaseError)) throw error;
      const leftMs = waitMs - (nowMs() - startedMs);
      if (leftMs <= 0) throw new StoreUnreachable(waitMs, error);
      onFailure?.(error);
      const fields = { reason: error.message, leftS: Math.ceil(leftMs / 1_000) };
      logger.warn(fields, 'PostgreSQL cannot be reached yet; trying again.');
      await sleep(Math.min(pauseMs, leftMs), signal);
    }
  }
}

const sleepUnlessAborted = (ms: number, signal: AbortSignal): Promise<unknown> => pause(ms, undefined, { signal });
