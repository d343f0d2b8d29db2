import { systemClock } from '@trading/platform-config';
import type { Sql } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { RiskAccountView } from './account-view';
import type { AnchorsState, HistoryStore } from './history-store';

const PAUSE_MS = 1_000;

/**
 * Keeps the anchors of a live session's loss limits, which has no checkpoints: at most once a second as they move. What
 * cannot be written is tried again; a breach is written with its effect by {@link save}. A keeper whose account another has
 * taken over, as a stage that was dropped while it had something to write, writes nothing any more.
 */
export class AnchorKeeper {
  private timer: NodeJS.Timeout | undefined;
  private lastMs = Number.NEGATIVE_INFINITY;
  private isStopped = false;
  private generation: number | undefined;
  private isReplaced = false;

  constructor(
    private readonly accountId: string,
    private readonly view: RiskAccountView,
    private readonly history: HistoryStore,
    private readonly logger: Logger,
  ) {}

  /** A session begins: from here on the account's anchors are kept here alone. Returns those that are kept. */
  async begin(): Promise<AnchorsState | undefined> {
    this.generation = await this.history.takeAnchors(this.accountId);
    return (await this.history.anchors(this.accountId))?.state;
  }

  /** The anchors, or what they follow from, may have moved. */
  async note(): Promise<void> {
    if (this.timer !== undefined || this.isStopped || this.isReplaced) return;
    const waitMs = this.lastMs + PAUSE_MS - performance.now();
    if (waitMs <= 0) await this.tryToSave();
    else this.later(waitMs);
  }

  /** At once. Resolves also when it could not be done yet. */
  async tryToSave(): Promise<void> {
    this.lastMs = performance.now();
    try {
      await this.save();
    } catch (error) {
      const { accountId } = this;
      this.logger.warn({ accountId, error: String(error) }, 'Anchors of loss limits could not be kept yet.');
      this.later(PAUSE_MS);
    }
  }

  /** As part of a transaction. */
  async save(sql?: Sql): Promise<void> {
    const state = this.view.anchorsState();
    const { accountId, generation } = this;
    if (state === undefined || generation === undefined || this.isReplaced) return;
    this.isReplaced = !(await this.history.saveAnchors(sql, { accountId, generation }, systemClock.nowUs(), state));
    if (this.isReplaced) this.logger.warn({ accountId }, 'Anchors of loss limits are kept by another stage by now.');
  }

  /** Writes what is still to be written; nothing follows. */
  async stop(): Promise<void> {
    const isDue = this.timer !== undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isStopped = true;
    if (isDue) await this.save().catch(() => undefined);
  }

  private later(waitMs: number): void {
    if (this.timer !== undefined || this.isStopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.tryToSave();
    }, waitMs);
    this.timer.unref();
  }
}
