import { TOPICS, type common, type gateway, type market } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import type { EventBus } from '@trading/platform-messaging';
import { PublishWindow } from './publish-window';
import type { SessionPlace } from './session-place';

/** Bodies that every partition of a session carries. */
type SessionTime =
  | { readonly $case: 'mark'; readonly value: common.Mark }
  | { readonly $case: 'session'; readonly value: common.SessionStarted };

/** What one session says on the bus, in the order in which it is said. */
export class SessionVoice {
  private readonly window = new PublishWindow();
  private beginnings = 0;

  /** `symbols`: those whose partitions carry the session's time. */
  constructor(
    private readonly place: SessionPlace,
    private readonly symbols: readonly string[],
    private readonly bus: EventBus,
  ) {}

  /** Announces the session to every stage, with where it starts, its terminal and what that trades. */
  async begin(terminal: gateway.TerminalSession, instruments: readonly common.Instrument[]): Promise<void> {
    const { accountId, sessionId, barrier: resumeFrom, timeUs, hasBarriers: lockstep } = this.place;
    // In simulated time a session that begins again is another one.
    if (!lockstep) this.beginnings += 1;
    const { beginnings: beginning } = this;
    const value = { accountId, sessionId, resumeFrom, timeUs, lockstep, symbols: [...this.symbols], beginning };
    await this.tell({ $case: 'session', value });
    await this.ofAccount(
      { $case: 'terminal', value: terminal },
      ...instruments.map((instrument) => ({ $case: 'instrument', value: instrument }) as const),
    );
    await this.window.drain();
  }

  /** For how long the bus has accepted nothing of what is on its way to it. */
  stalledMs(nowMs: number): number {
    return this.window.stalledMs(nowMs);
  }

  /** What has changed about the terminal. */
  terminal(value: gateway.TerminalSession): Promise<void> {
    return this.ofAccount({ $case: 'terminal', value });
  }

  mark(value: common.Mark): Promise<void> {
    return this.tell({ $case: 'mark', value });
  }

  ticks(batch: market.TickBatch): Promise<void> {
    const { sessionId } = this.place;
    const message = { sessionId, body: { $case: 'batch', value: batch } } as const;
    return this.window.add(this.bus.publish(TOPICS.marketTick, batch.symbol, message));
  }

  account(value: gateway.AccountSnapshot): Promise<void> {
    return this.ofAccount({ $case: 'account', value });
  }

  /** What may not be lost: resolves when the bus has accepted it. */
  reliable(body: NonNullable<gateway.TradeEvent['body']>, seq: number, timeUs: number): Promise<void> {
    const event = { ...this.tradeEvent(body), seq, timeUs };
    return this.bus.publish(TOPICS.tradeEvent, this.place.accountId, event);
  }

  /** Resolves when everything was accepted; throws what anything of it failed with. */
  drain(): Promise<void> {
    return this.window.drain();
  }

  /** Says the same on every partition that carries the session's time. */
  private tell(body: SessionTime): Promise<void> {
    const { accountId, sessionId } = this.place;
    const { bus } = this;
    return this.window.add(
      bus.publish(TOPICS.tradeEvent, accountId, this.tradeEvent(body)),
      bus.publish(TOPICS.accountEvent, accountId, this.accountEvent(body)),
      ...this.symbols.map((symbol) => bus.publish(TOPICS.marketTick, symbol, { sessionId, body })),
    );
  }

  private ofAccount(...bodies: readonly NonNullable<gateway.AccountEvent['body']>[]): Promise<void> {
    const { accountId } = this.place;
    return this.window.add(
      ...bodies.map((body) => this.bus.publish(TOPICS.accountEvent, accountId, this.accountEvent(body))),
    );
  }

  private tradeEvent(body: NonNullable<gateway.TradeEvent['body']>): gateway.TradeEvent {
    const { accountId, sessionId, timeUs, barrier, journalId } = this.place;
    return { accountId, sessionId, seq: 0, timeUs, ingestUs: systemClock.nowUs(), barrier, body, journalId };
  }

  private accountEvent(body: NonNullable<gateway.AccountEvent['body']>): gateway.AccountEvent {
    const { accountId, sessionId, timeUs, barrier } = this.place;
    return { accountId, sessionId, timeUs, barrier, body };
  }
}
