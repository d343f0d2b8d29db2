import { systemClock } from '@trading/platform-config';
import type { Sql } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { RiskAccountView } from './account-view';
import type { HistoryStore } from './history-store';

const PAUSE_MS = 1_000;

/**
 * Keeps the anchors of a live session's loss limits, which has no checkpoints: at most once a second as they move. What
 * cannot be written is tried again; a breach is written with its effect by {@link save}.
 */
export class AnchorKeeper {
  private timer: NodeJS.Timeout | undefined;
  private lastMs = Number.NEGATIVE_INFINITY;
  private isStopped = false;

  constructor(
    private readonly accountId: string,
    private readonly view: RiskAccountView,
    private readonly history: HistoryStore,
    private readonly logger: Logger,
  ) {}

  /** The anchors, or what they follow from, may have moved. */
  async note(): Promise<void> {
    if (this.timer !== undefined || this.isStopped) return;
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
    if (state === undefined) return;
    await this.history.saveAnchors(sql, this.accountId, systemClock.nowUs(), state);
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
