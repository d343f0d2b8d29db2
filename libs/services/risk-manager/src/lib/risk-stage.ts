import { wire, type execution, type gateway, type risk } from '@trading/contracts';
import type { BarrierMark, SessionStart, Stage } from '@trading/platform-barrier';
import { systemClock } from '@trading/platform-config';
import { crashPoint } from '@trading/platform-crash-points';
import type { Sql } from '@trading/platform-database';
import { captureTrace, withSharedSpan, type Trace } from '@trading/platform-tracing';
import { weeklyFlat, type LossLimitBreach, type RiskLimits, type TradingState } from '@trading/trading-risk';
import { RiskAccountView, type AccountViewState } from './account-view';
import { AnchorKeeper } from './anchor-keeper';
import { Announcements } from './announcements';
import type { ToldStop } from './apply-order-events';
import { lossLimitMessage } from './limits-message';
import { openingState } from './opening-state';
import { breachAlert, haltAlert } from './risk-alerts';
import { recallQuotes } from './recall-quotes';
import { countBreach, countFlatten, countState } from './risk-metrics';
import type { RiskInputEvent, RiskPorts } from './risk-ports';
import type { AccountState } from './risk-store';

const STATE_OF_ACTION = { reduce: 'REDUCING', halt: 'HALTED', flatten: 'HALTED' } as const;

/** The risk stage of one account's session: keeps exposure, money and loss limits, and halts on its own. */
export class RiskStage implements Stage<RiskInputEvent> {
  readonly view: RiskAccountView;
  private readonly keeper: AnchorKeeper;
  private readonly announcements: Announcements;
  /** With the traces in which they came. */
  private orderEvents: { readonly event: execution.OrderEvent; readonly trace: Trace | undefined }[] = [];
  private stops: ToldStop[] = [];
  /** Inputs are worked on as they come. */
  private live = false;
  /** No simulated time goes back: what is anchored is kept outside checkpoints. */
  private isRealTime = false;
  private isHedging = false;
  private lastFlatUs = 0;
  private sessionId = '';

  constructor(
    private readonly accountId: string,
    private readonly limits: () => RiskLimits,
    private readonly ports: RiskPorts,
  ) {
    const { config, store, logger, bus } = ports;
    this.view = new RiskAccountView(limits().lossLimits, config.tradingMode === 'live');
    this.keeper = new AnchorKeeper(accountId, this.view, store.history, logger);
    this.announcements = new Announcements(accountId, bus, store.history);
  }

  /** Whether a session has begun, so that the view is the account's. */
  get hasSession(): boolean {
    return this.sessionId !== '';
  }

  listen(listener: (event: risk.RiskEvent) => void): () => void {
    return this.announcements.listen(listener);
  }

  stop(): Promise<void> {
    return this.keeper.stop();
  }

  async onSession(session: SessionStart): Promise<void> {
    const { checkpoints, cache } = this.ports;
    this.live = this.isRealTime = !session.lockstep;
    // Those of real time wait for their account to be announced; simulated time repeats its own.
    if (session.lockstep) this.orderEvents = [];
    this.stops = [];
    this.lastFlatUs = 0;
    this.view.restore(await checkpoints.load<AccountViewState>(this.accountId, session.resumeFrom));
    if (this.isRealTime) {
      const kept = await this.keeper.begin();
      if (kept !== undefined) this.view.restoreAnchors(kept);
      await recallQuotes(cache, this.accountId, session.symbols, systemClock.nowUs(), this.view);
    }
    this.sessionId = session.sessionId;
    await this.announcements.publishDue(this.sessionId);
    await this.publish(
      { $case: 'session', value: { beginning: 0, ...session, symbols: [...session.symbols] } },
      session.timeUs,
    );
  }

  async onInput(input: RiskInputEvent): Promise<void> {
    switch (input.$case) {
      case 'batch': {
        const { symbol, timeUs, bid, ask } = input.value;
        this.view.onTicks(symbol, timeUs, bid, ask);
        return this.endWeek(timeUs.at(-1) ?? 0);
      }
      case 'account':
        return this.onAccount(input.value);
      case 'event':
        this.orderEvents.push({ event: input.value, trace: captureTrace() });
        if (this.live) await this.bookOrders();
        return;
      case 'position': {
        const { symbol, positionId, stopLoss } = input.value;
        this.stops.push({ symbol, positionId, stopLoss });
        if (this.live) await this.bookStops();
        return;
      }
      case 'difference':
        return;
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    this.view.onTime(mark.timeUs);
    await this.bookOrders();
    await this.bookStops();
    await this.endWeek(mark.timeUs);
    if (mark.checkpoint) {
      const { store, checkpoints } = this.ports;
      await store.database.transaction((tx) => checkpoints.save(tx, this.accountId, mark.n, this.view.snapshot()));
    }
    const { sessionId } = this;
    const value = { ...mark, source: 'risk-manager', sessionId, symbol: '' };
    await this.publish({ $case: 'progress', value }, mark.timeUs);
    if (mark.end) this.live = true;
  }

  /** Books an order event that belongs to no session, whether or not one has begun. */
  async book(event: execution.OrderEvent): Promise<void> {
    this.orderEvents.push({ event, trace: captureTrace() });
    await this.bookOrders();
  }

  /** Changes the trading state, audited and announced. Returns the state as it is then. */
  async changeState(state: TradingState, reason: string, changedBy: string): Promise<AccountState | undefined> {
    const changed = await this.setTradingState(state, reason, changedBy);
    await this.announce();
    return changed;
  }

  /** The same, still to be announced. */
  async setTradingState(state: TradingState, reason: string, changedBy: string): Promise<AccountState | undefined> {
    const { store } = this.ports;
    const changed = await store.database.transaction(async (tx) => {
      const before = await store.lock(tx, this.accountId);
      if (before === undefined || before.state === state) return before;
      crashPoint('risk-manager.state.storing');
      return this.setState(tx, before, state, reason, changedBy);
    });
    crashPoint('risk-manager.state.stored');
    return changed;
  }

  /** Publishes what was changed. */
  announce(): Promise<void> {
    return this.announcements.publishDue(this.sessionId);
  }

  /** Tells everybody of new limits, which are stored. */
  async changeLimits(limits: RiskLimits): Promise<void> {
    this.view.changeLossLimits(limits.lossLimits);
    if (this.isRealTime) await this.keeper.tryToSave();
    await this.announcements.publishDue(this.sessionId);
  }

  private async setState(
    tx: Sql,
    before: AccountState,
    state: TradingState,
    reason: string,
    changedBy: string,
  ): Promise<AccountState> {
    const after: AccountState = { accountId: this.accountId, state, reason, changedBy, changedUs: systemClock.nowUs() };
    await this.ports.store.setState(tx, after, before);
    await this.announcements.add(tx, { $case: 'state', value: stateMessage(after) }, this.view.timeUs, this.sessionId);
    this.ports.logger.warn({ ...after }, 'The trading state is set.');
    if (state === 'HALTED') this.ports.alerts.raise(haltAlert(after));
    countState(after);
    return after;
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

  /** After the fills that the positions follow from. */
  private async bookStops(): Promise<void> {
    await this.ports.store.applyStops(this.accountId, this.stops.splice(0));
  }

  private async onAccount({ body, timeUs }: gateway.AccountEvent): Promise<void> {
    switch (body?.$case) {
      case 'instrument':
        this.view.learnInstrument(body.value);
        return;
      case 'terminal':
        return this.onTerminal(body.value);
      case 'account':
        return this.onMoney(body.value, timeUs);
      case 'cash':
        if (this.view.onCash(body.value) && this.isRealTime) await this.keeper.tryToSave();
        return;
      default:
        return;
    }
  }

  private async onMoney(money: gateway.AccountSnapshot, timeUs: number): Promise<void> {
    for (const breach of this.view.onAccount(money, timeUs)) await this.onBreach(breach);
    if (this.view.isHedging && !this.isHedging) {
      await this.ports.store.setHedging(this.accountId);
      this.isHedging = true;
    }
    if (this.isRealTime) await this.keeper.note();
    await this.endWeek(timeUs);
  }

  private async onTerminal(terminal: gateway.TerminalSession): Promise<void> {
    const { store, config } = this.ports;
    const created = await store.create(await openingState(this.accountId, terminal, config.enableOnCreation, store));
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
    const { announcements, sessionId } = this;
    const isFirst = await store.database.transaction(async (tx) => {
      const before = await store.lock(tx, this.accountId);
      const first = await store.history.firstBreach(tx, this.accountId, id);
      if (this.isRealTime) await this.keeper.save(tx);
      if (first) {
        const value = { limit: lossLimitMessage(limit), equity: equity.toFixed(2), anchor };
        await announcements.add(tx, { $case: 'breach', value }, timeUs, sessionId);
        const state = limit.action === 'deny' ? undefined : STATE_OF_ACTION[limit.action];
        // Nothing but an operator gives freedom back.
        const holds = state !== undefined && (before?.state === 'ACTIVE' || state === 'HALTED');
        if (before !== undefined && holds && before.state !== state)
          await this.setState(tx, before, state, reason, 'risk-manager');
      }
      // Simulated time that goes back comes here again: whoever closes the positions may have gone back, too.
      if (limit.action === 'flatten') await this.wantFlat(tx, `loss-limit:${id}`, reason, timeUs, first);
      return first;
    });
    if (isFirst) {
      countBreach(limit.action);
      this.ports.alerts.raise(breachAlert(this.accountId, limit, equity.toFixed(2), anchor.floor));
    }
    await announcements.publishDue(sessionId);
  }

  /** Once a week, when the weekend's time has come and the next week has not begun. */
  private async endWeek(timeUs: number): Promise<void> {
    const text = this.limits().weeklyFlat;
    if (text === '' || !this.hasSession) return;
    const flat = weeklyFlat(text, timeUs);
    if (flat === undefined || timeUs >= flat.nextWeekUs || flat.fromUs === this.lastFlatUs) return;
    const { store } = this.ports;
    const id = `weekly-flat@${flat.fromUs}`;
    await store.database.transaction(async (tx) => {
      if ((await store.lock(tx, this.accountId)) === undefined) return;
      const isFirst = await store.history.firstBreach(tx, this.accountId, id);
      await this.wantFlat(tx, id, `The account is flat at the end of the week (${text}).`, timeUs, isFirst);
    });
    this.lastFlatUs = flat.fromUs;
    await this.announcements.publishDue(this.sessionId);
  }

  /** Told once in real time; in simulated time again when it goes back, under the same request id. */
  private async wantFlat(tx: Sql, what: string, reason: string, timeUs: number, isFirst: boolean): Promise<void> {
    if (!isFirst && this.isRealTime) return;
    const value = { requestId: `flatten:${this.accountId}:${what}`, reason };
    // It belongs to the account, whichever session carries it out.
    await this.announcements.add(tx, { $case: 'flatten', value }, timeUs, '');
    if (isFirst) countFlatten();
  }

  private publish(body: NonNullable<risk.RiskEvent['body']>, timeUs: number): Promise<void> {
    return this.announcements.publish(body, timeUs, this.sessionId);
  }
}

/** A trading state as a message. */
export function stateMessage(state: AccountState): risk.AccountTradingState {
  return { ...state, state: wire('TRADING_STATE', state.state) };
}
