import { TOPICS, type risk } from '@trading/contracts';
import type { Sql } from '@trading/platform-database';
import type { EventBus } from '@trading/platform-messaging';
import type { HistoryStore } from './history-store';

type Body = NonNullable<risk.RiskEvent['body']>;

/**
 * What risk-manager says of one account. A change of what is stored is announced in its transaction and published after
 * it, in order; what a process could not publish any more the next one does, so that it is said at least once.
 */
export class Announcements {
  private seq = 0;
  /** Announcements are published by one at a time. */
  private publishing: Promise<void> = Promise.resolve();
  private readonly listeners = new Set<(event: risk.RiskEvent) => void>();

  constructor(
    private readonly accountId: string,
    private readonly bus: EventBus,
    private readonly history: HistoryStore,
  ) {}

  listen(listener: (event: risk.RiskEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** To be published when the transaction is done, by {@link publishDue}. `sessionId` empty: it belongs to none. */
  add(tx: Sql, body: Body, timeUs: number, sessionId: string): Promise<void> {
    return this.history.announce(tx, { accountId: this.accountId, sessionId, seq: 0, timeUs, body });
  }

  /** Publishes what is stored, as said in this session. */
  publishDue(sessionId: string): Promise<void> {
    const work = this.publishing.then(() => this.publishStored(sessionId));
    this.publishing = work.catch(() => undefined);
    return work;
  }

  async publish(body: Body, timeUs: number, sessionId: string): Promise<void> {
    await this.send({ accountId: this.accountId, sessionId, seq: ++this.seq, timeUs, body });
  }

  private async publishStored(sessionId: string): Promise<void> {
    for (const { id, event } of await this.history.announcements(this.accountId)) {
      await this.send({ ...event, sessionId: event.sessionId === '' ? '' : sessionId, seq: ++this.seq });
      await this.history.forgetAnnouncement(id);
    }
  }

  private async send(event: risk.RiskEvent): Promise<void> {
    for (const listener of this.listeners) listener(event);
    await this.bus.publish(TOPICS.riskEvent, this.accountId, event);
  }
}
