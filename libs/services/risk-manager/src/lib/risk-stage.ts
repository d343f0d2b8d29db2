import { bare, TOPICS, wire, type execution, type gateway, type market, type risk } from '@trading/contracts';
import type { BarrierMark, InputOf, SessionStart, Stage } from '@trading/platform-barrier';
import type { Cache } from '@trading/platform-cache';
import { systemClock } from '@trading/platform-config';
import type { CheckpointStore, Sql } from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import type { EventBus } from '@trading/platform-messaging';
import { captureTrace, withSharedSpan, type Trace } from '@trading/platform-tracing';
import type { LossLimit, LossLimitBreach, TradingState } from '@trading/trading-risk';
import { RiskAccountView, type AccountViewState } from './account-view';
import { recallQuotes } from './recall-quotes';
import type { RiskManagerConfig } from './risk-config';
import type { AccountState, RiskStore } from './risk-store';

export type RiskInputEvent =
  | InputOf<NonNullable<market.MarketTickEvent['body']>>
  | { readonly $case: 'account'; readonly value: gateway.AccountEvent }
  | InputOf<NonNullable<execution.OrderEventMessage['body']>>;

export interface RiskPorts {
  readonly bus: EventBus;
  readonly store: RiskStore;
  readonly checkpoints: CheckpointStore;
  readonly cache: Cache;
  readonly logger: Logger;
  readonly config: RiskManagerConfig;
}

const STATE_OF_ACTION = { reduce: 'REDUCING', halt: 'HALTED', flatten: 'HALTED' } as const;

/** The risk stage of one account's session: keeps exposure, money and loss limits, and halts on its own. */
export class RiskStage implements Stage<RiskInputEvent> {
  readonly view: RiskAccountView;
  /** With the traces in which they came. */
  private orderEvents: { readonly event: execution.OrderEvent; readonly trace: Trace | undefined }[] = [];
  private live = false;
  private eventSeq = 0;
  private sessionId = '';
  private readonly listeners = new Set<(event: risk.RiskEvent) => void>();

  constructor(
    private readonly accountId: string,
    lossLimits: readonly LossLimit[],
    private readonly ports: RiskPorts,
  ) {
    this.view = new RiskAccountView(lossLimits, ports.config.tradingMode === 'live');
  }

  /** Whether a session has begun since the stage was made, so that its view is the account's. */
  get hasSession(): boolean {
    return this.sessionId !== '';
  }

  listen(listener: (event: risk.RiskEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async onSession(session: SessionStart): Promise<void> {
    this.live = !session.lockstep;
    this.orderEvents = [];
    this.view.restore(await this.ports.checkpoints.load<AccountViewState>(this.accountId, session.resumeFrom));
    if (this.live) {
      await recallQuotes(this.ports.cache, this.accountId, session.symbols, systemClock.nowUs(), this.view);
    }
    this.sessionId = session.sessionId;
    await this.publish({ $case: 'session', value: { ...session, symbols: [...session.symbols] } }, session.timeUs);
  }

  async onInput(input: RiskInputEvent): Promise<void> {
    switch (input.$case) {
      case 'batch': {
        const { symbol, timeUs, bid, ask } = input.value;
        this.view.onTicks(symbol, timeUs, bid, ask);
        return;
      }
      case 'account':
        return this.onAccount(input.value);
      case 'event':
        this.orderEvents.push({ event: input.value, trace: captureTrace() });
        if (this.live) await this.bookOrders();
        return;
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    this.view.onTime(mark.timeUs);
    await this.bookOrders();
    if (mark.checkpoint) {
      const { store, checkpoints } = this.ports;
      await store.database.transaction((tx) => checkpoints.save(tx, this.accountId, mark.n, this.view.snapshot()));
    }
    const { sessionId } = this;
    const value = { ...mark, source: 'risk-manager', sessionId, symbol: '' };
    await this.publish({ $case: 'progress', value }, mark.timeUs);
    if (mark.end) this.live = true;
  }

  /** Changes the trading state, audited and announced. Returns the state as it is then. */
  async changeState(state: TradingState, reason: string, changedBy: string): Promise<AccountState | undefined> {
    const { store } = this.ports;
    const changed = await store.database.transaction(async (tx) => {
      const before = await store.lock(tx, this.accountId);
      if (before === undefined || before.state === state) return before;
      return this.setState(tx, state, reason, changedBy);
    });
    if (changed !== undefined) await this.announceState(changed);
    return changed;
  }

  private async setState(tx: Sql, state: TradingState, reason: string, changedBy: string): Promise<AccountState> {
    const after: AccountState = { accountId: this.accountId, state, reason, changedBy, changedUs: systemClock.nowUs() };
    await this.ports.store.setState(tx, after);
    return after;
  }

  private async announceState(account: AccountState): Promise<void> {
    this.ports.logger.warn({ ...account }, 'The trading state is set.');
    await this.publish({ $case: 'state', value: stateMessage(account) }, this.view.timeUs);
  }

  /** Events of an account that no terminal has announced yet wait for it. */
  private async bookOrders(): Promise<void> {
    const { accountId, orderEvents } = this;
    if (orderEvents.length === 0) return;
    const traces = orderEvents.map(({ trace }) => trace);
    const events = orderEvents.map(({ event }) => event);
    const attributes = { 'trading.account_id': accountId, 'trading.events': events.length };
    const applied = await withSharedSpan(traces, 'book orders', { attributes }, () =>
      this.ports.store.applyOrderEvents(accountId, events),
    );
    if (applied.kind === 'account-unknown') return;
    this.orderEvents = [];
    if (applied.kind === 'applied') return;
    const reason = `The order events ${applied.missing} are missing: what the account holds is not known.`;
    await this.changeState('HALTED', reason, 'risk-manager');
  }

  private async onAccount({ body, timeUs }: gateway.AccountEvent): Promise<void> {
    switch (body?.$case) {
      case 'instrument':
        this.view.learnInstrument(body.value);
        return;
      case 'terminal':
        return this.onTerminal(body.value);
      case 'account':
        for (const breach of this.view.onAccount(body.value, timeUs)) await this.onBreach(breach);
        return;
      default:
        return;
    }
  }

  /** An account that is seen for the first time starts HALTED, unless it is a demo account that is to be enabled. */
  private async onTerminal(terminal: gateway.TerminalSession): Promise<void> {
    const { store, config } = this.ports;
    const enabling = config.enableOnCreation.find((e) => e.accountId === this.accountId);
    const before = enabling?.unlessHalted === undefined ? [] : await store.accounts(enabling.unlessHalted);
    const inherits = before[0]?.state === 'HALTED';
    const enabled = enabling !== undefined && !inherits && bare('TRADE_MODE', terminal.tradeMode) === 'DEMO';
    const halted = inherits
      ? `The account before it, ${before[0]?.accountId ?? ''}, is halted.`
      : 'A new account starts halted.';
    const created = await store.create({
      accountId: this.accountId,
      state: enabled ? 'ACTIVE' : 'HALTED',
      reason: enabled ? 'A paper account, enabled by its configuration.' : halted,
      changedBy: 'risk-manager',
      changedUs: systemClock.nowUs(),
    });
    if (terminal.halted)
      await this.changeState('HALTED', 'The gateway was halted while risk-manager was away.', 'gateway');
    const [state] = await store.accounts(this.accountId);
    if (created && this.live) await this.bookOrders();
    if (created && state !== undefined)
      await this.publish({ $case: 'state', value: stateMessage(state) }, this.view.timeUs);
  }

  /** A breach is acted on once, and the account is held in the transaction that remembers it. */
  private async onBreach(breach: LossLimitBreach): Promise<void> {
    const { limit, status, equity, timeUs } = breach;
    const id = `${limit.name}@${status.anchorValue.toFixed(2)}@${status.resetsUs ?? 'never'}`;
    const anchor = {
      name: limit.name,
      value: status.anchorValue.toFixed(2),
      floor: status.floor.toFixed(2),
      resetsUs: status.resetsUs ?? 0,
    };
    const reason = `Loss limit ${limit.name}: equity ${equity.toFixed(2)} is below ${anchor.floor}.`;
    const { store } = this.ports;
    const acted = await store.database.transaction(async (tx) => {
      const before = await store.lock(tx, this.accountId);
      if (!(await store.firstBreach(tx, this.accountId, id))) return undefined;
      if (limit.action === 'deny' || before === undefined) return {};
      const state = STATE_OF_ACTION[limit.action];
      // Nothing but an operator gives freedom back.
      return before.state === 'ACTIVE' || state === 'HALTED'
        ? { held: before.state === state ? before : await this.setState(tx, state, reason, 'risk-manager') }
        : {};
    });
    if (acted === undefined) return;
    await this.publish({ $case: 'breach', value: { limit, equity: equity.toFixed(2), anchor } }, timeUs);
    if (acted.held !== undefined) await this.announceState(acted.held);
  }

  private async publish(body: NonNullable<risk.RiskEvent['body']>, timeUs: number): Promise<void> {
    const { accountId, sessionId } = this;
    const event: risk.RiskEvent = { accountId, sessionId, seq: ++this.eventSeq, timeUs, body };
    for (const listener of this.listeners) listener(event);
    await this.ports.bus.publish(TOPICS.riskEvent, accountId, event);
  }
}

/** A trading state as a message. */
export function stateMessage(state: AccountState): risk.AccountTradingState {
  return { ...state, state: wire('TRADING_STATE', state.state) };
}
