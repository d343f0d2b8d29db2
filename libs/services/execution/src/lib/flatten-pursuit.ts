import { common, type execution, type gateway, type risk } from '@trading/contracts';
import type { AlertSink } from '@trading/platform-alerting';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import type { ExecutionStage } from './execution-stage';
import type { FlattenEnd, FlattenStore, WantedFlatten } from './flatten-store';
import { leftOf, type Left } from './flatten-view';
import { flattenAlert } from './order-alerts';
import type { OrderCommands } from './order-commands';
import { countFlattenEnd } from './order-metrics';
import { closeOf, type CloseRequest } from './position-closing';
import type { OrderSubmission } from './submit-order';

export interface FlattenPorts {
  readonly wanted: FlattenStore;
  readonly commands: OrderCommands;
  readonly submission: OrderSubmission;
  readonly gateway: Pick<gateway.GatewayService, 'getSnapshot'>;
  readonly riskManager: Pick<risk.RiskManagerService, 'getTradingState'>;
  readonly alerts: AlertSink;
  readonly logger: Logger;
}

/** Enough for a weekend: five at a second's distance, then twice as far each time, five minutes at most. */
const MOST_ATTEMPTS = 1_000;
const LONGEST_PAUSE_US = 300_000_000;
/** From this attempt on, or when it takes so long, people are told. */
const LOUD_FROM = 3;
const LOUD_AFTER_US = 30_000_000;
/** When the books are flat and the broker is not: whoever compares them finds out why. */
const LOOK_AGAIN_US = 5_000_000;
const { ACTIVE, HALTED } = common.TradingState;
const END_WORDS: Readonly<Record<FlattenEnd, string>> = {
  FLAT: 'The account is flat.',
  RESUMED: 'The account was resumed before it was flat: nothing more is closed.',
  GIVEN_UP: 'The account is not flat, and nothing more is tried.',
};

/**
 * Accounts that are to be flat, because an operator or risk-manager says so. That is done when the account is flat: no
 * order works and no position is open, in the books and, as far as it can be asked, at the broker. Until then closes that
 * were refused, filled in part or lost are followed by others, each with an id of its own that is stored before it is
 * sent. What is being closed already, or may be, is never closed a second time.
 */
export class Flattens {
  /** Accounts of which something may be wanted. */
  private readonly due = new Set<string>();
  private readonly tails = new Map<string, Promise<unknown>>();
  /** Accounts that somebody outside their steps is at. */
  private readonly busy = new Set<string>();

  constructor(private readonly ports: FlattenPorts) {}

  /**
   * Begins, and goes on by itself, also after a failure. Returns the orders that close what is open. Repeated with its id
   * it begins nothing anew.
   */
  async want(stage: ExecutionStage, request: CloseRequest): Promise<readonly execution.Order[]> {
    await this.keep(request);
    return this.begin(stage, request);
  }

  /** The same for who does not wait for it: what cannot begin now, or before a session has, begins later. */
  async wish(stage: ExecutionStage | undefined, request: CloseRequest): Promise<void> {
    await this.keep(request);
    if (stage === undefined) return;
    const { accountId, requestId } = request;
    await this.begin(stage, request).catch((error: unknown) => {
      const fields = { accountId, requestId, error: String(error) };
      this.ports.logger.error(fields, 'An account could not be flattened yet.');
    });
  }

  onSession(stage: ExecutionStage): void {
    this.due.add(stage.writer.accountId);
  }

  /** One more step for an account that is to be flat; not within the writer's `exclusive` unless `inStep`. */
  async advance(stage: ExecutionStage, inStep: boolean): Promise<void> {
    const { accountId } = stage.writer;
    if (!this.due.has(accountId) || !stage.isReady || (inStep && this.busy.has(accountId))) return;
    const work = async () => {
      const wanted = await this.ports.wanted.latest(accountId);
      if (wanted === undefined) this.due.delete(accountId);
      else await this.pursue(stage, wanted, inStep);
    };
    await (inStep ? work() : this.inTurn(accountId, work));
  }

  private async keep(request: CloseRequest): Promise<void> {
    this.ports.logger.warn({ ...request }, 'An account is to be flat.');
    await this.ports.wanted.add(request);
    this.due.add(request.accountId);
  }

  private begin(stage: ExecutionStage, { accountId, requestId }: CloseRequest): Promise<readonly execution.Order[]> {
    return this.inTurn(accountId, async () => {
      const wanted = await this.ports.wanted.find(accountId, requestId);
      if (wanted === undefined || wanted.ended !== undefined) return [];
      return this.pursue(stage, { ...wanted, nextUs: 0 }, false);
    });
  }

  private async pursue(
    stage: ExecutionStage,
    found: WantedFlatten,
    inStep: boolean,
  ): Promise<readonly execution.Order[]> {
    const { writer } = stage;
    const begunUs = found.begunUs === 0 ? stage.timeUs : found.begunUs;
    const left = await writer.within(inStep, async () => {
      if (!inStep) stage.requireUpToDate();
      return leftOf(writer, stage.timeUs);
    });
    const held = left.isFlat && !stage.isSimulated ? await this.heldByBroker(writer.accountId) : '';
    if (left.isFlat && held === '') {
      await this.end(found, 'FLAT');
      return [];
    }
    const isNothingToDo = left.entries.length === 0 && left.closable.length === 0;
    if ((isNothingToDo && held === '') || stage.timeUs < found.nextUs) {
      if (found.begunUs === 0) await this.ports.wanted.save({ ...found, begunUs });
      this.tellIfLate({ ...found, begunUs }, stage.timeUs, left.words);
      return left.closing;
    }
    const state = inStep ? undefined : await this.stateOf(writer.accountId);
    const wanted = { ...found, begunUs, wasHalted: state === undefined ? found.wasHalted : state === HALTED };
    if (found.wasHalted === true && state === ACTIVE) {
      await this.end(wanted, 'RESUMED');
      return [];
    }
    if (held !== '') {
      this.tellIfLate(wanted, stage.timeUs, held);
      await this.ports.wanted.save({ ...wanted, nextUs: stage.timeUs + LOOK_AGAIN_US });
      return [];
    }
    if (wanted.attempts >= MOST_ATTEMPTS) {
      await this.end(wanted, 'GIVEN_UP');
      this.tell(wanted, `${left.words} Nothing more is tried: an operator must close it.`);
      return left.closing;
    }
    const attempts = wanted.attempts + 1;
    const now = { ...wanted, attempts, nextUs: stage.timeUs + pauseAfter(attempts) };
    await this.ports.wanted.save(now);
    if (attempts >= LOUD_FROM) this.tell(now, left.words);
    return [...left.closing, ...(await this.send(stage, now, left, inStep))];
  }

  /** Cancels what may open more, and closes what nothing is closing yet. */
  private async send(
    stage: ExecutionStage,
    wanted: WantedFlatten,
    left: Left,
    inStep: boolean,
  ): Promise<execution.Order[]> {
    const { writer } = stage;
    const { attempts } = wanted;
    const part = (name: string) => (attempts === 1 ? name : `${attempts}-${name}`);
    for (const coid of left.entries) {
      const requestId = `${wanted.requestId}-${part(coid)}`.slice(-64);
      await this.ports.commands.cancel(stage, coid, requestId, inStep).catch((error: unknown) => {
        if (!(error instanceof RpcError) || error.code !== 'ORDER_NOT_WORKING') throw error;
      });
    }
    const orders: execution.Order[] = [];
    for (const { position, volumeLots } of left.closable) {
      const options = { isHedging: writer.books.isHedging, volumeLots, name: part(position.positionId) };
      const order = closeOf(position, wanted, options);
      const answer = await this.ports.submission.submit(writer, stage, { order, asOfUs: 0, hops: undefined }, inStep);
      if (answer.order !== undefined) orders.push(answer.order);
    }
    return orders;
  }

  /** What the terminal still shows, in words; empty: nothing. */
  private async heldByBroker(accountId: string): Promise<string> {
    try {
      const { positions, orders } = await this.ports.gateway.getSnapshot({ accountId });
      if (positions.length === 0 && orders.length === 0) return '';
      return `The books are flat, but the terminal shows ${positions.length} positions and ${orders.length} orders.`;
    } catch (error) {
      return `The books are flat; the terminal cannot be asked: ${String(error)}`;
    }
  }

  /** Undefined when nobody can tell. Whoever has resumed an account since it was halted does not want it flat any more. */
  private async stateOf(accountId: string): Promise<common.TradingState | undefined> {
    try {
      const { accounts } = await this.ports.riskManager.getTradingState({ accountId });
      return accounts.find((each) => each.accountId === accountId)?.state;
    } catch {
      return undefined;
    }
  }

  private async end({ accountId, requestId, attempts }: WantedFlatten, ended: FlattenEnd): Promise<void> {
    await this.ports.wanted.end(accountId, ended);
    this.due.delete(accountId);
    countFlattenEnd(ended);
    this.ports.logger.warn({ accountId, requestId, attempts, ended }, END_WORDS[ended]);
  }

  private tellIfLate(wanted: WantedFlatten, nowUs: number, words: string): void {
    if (nowUs - wanted.begunUs >= LOUD_AFTER_US) this.tell(wanted, words);
  }

  private tell({ accountId, requestId, attempts }: WantedFlatten, words: string): void {
    this.ports.alerts.raise(flattenAlert(accountId, requestId, attempts, words));
  }

  private inTurn<R>(accountId: string, work: () => Promise<R>): Promise<R> {
    const atIt = async (): Promise<R> => {
      this.busy.add(accountId);
      try {
        return await work();
      } finally {
        this.busy.delete(accountId);
      }
    };
    const run = (this.tails.get(accountId) ?? Promise.resolve()).then(atIt, atIt);
    this.tails.set(
      accountId,
      run.catch(() => undefined),
    );
    return run;
  }
}

function pauseAfter(attempts: number): number {
  return Math.min(LONGEST_PAUSE_US, 1_000_000 * 2 ** Math.min(20, Math.max(0, attempts - 5)));
}
