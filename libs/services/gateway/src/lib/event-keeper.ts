import type { Logger } from '@trading/platform-logging';
import type { SessionDirectory } from './session-directory';

/** Least wall time between two writes of a session's position. */
const EVERY_MS = 1_000;

/**
 * Keeps how far the bus has the reliable events of one session: seldom, because events that are said again after a
 * crash do no harm.
 */
export class EventKeeper {
  private seq = 0;
  private keptSeq = 0;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: Pick<SessionDirectory, 'saveEvents'>,
    private readonly session: { readonly accountId: string; readonly sessionId: string; readonly journalId: string },
    private readonly logger: Logger,
    private readonly everyMs = EVERY_MS,
  ) {}

  /** The bus has accepted everything up to this sequence. */
  accepted(seq: number): void {
    this.seq = Math.max(this.seq, seq);
    this.timer ??= setTimeout(() => void this.flush(), this.everyMs).unref();
  }

  /** Resolves when what was accepted until the call was tried to be kept. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    return (this.writing = this.writing.then(() => this.write()));
  }

  private async write(): Promise<void> {
    const { seq, session } = this;
    if (seq <= this.keptSeq) return;
    try {
      await this.directory.saveEvents(session, seq);
      this.keptSeq = seq;
    } catch (error) {
      const { accountId } = session;
      this.logger.warn({ accountId, seq, error: String(error) }, 'The position of the events could not be kept.');
    }
  }
}
