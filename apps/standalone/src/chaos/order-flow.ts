import { common, type execution, type gateway, type ServiceClients } from '@trading/contracts';
import { operatorOrderId } from '@trading/trading-orders';
import type { LiveAccount } from './live-accounts';
import { drawCommand, type Command, type Market } from './order-commands';
import type { PlayedPrices } from './played-prices';
import type { Seeded } from './seeded';

/** Commands under way at once. */
const HANDS = 3;
const PAUSE_MS = { least: 30, most: 250 };
/** Looks at orders and positions are this old at most. */
const LOOK_EVERY_MS = 400;
/** Of the commands, those that are given once more, word for word, although they were answered. */
const REPEATED = 0.15;
const KEPT = 20;
/** Statuses that no command may be answered with: the fault is the system's, not the caller's. */
const DEFECTS: readonly string[] = ['INTERNAL', 'UNKNOWN', 'DATA_LOSS', 'UNIMPLEMENTED'];

/** An operator who trades some accounts by every kind of command, at random, and repeats what was not answered. */
export class OrderFlow {
  /** Client order ids that an operator asked for, and requests to flatten, of which each position has an order. */
  readonly wanted = new Set<string>();
  readonly flattens = new Map<string, string>();
  /** How often each kind of command was given. */
  readonly counts: Record<string, number> = {};
  /** Answers that no command may get. */
  readonly defects: string[] = [];
  /** Orders that execution said it has, with their accounts. */
  private readonly answered = new Map<string, string>();
  private readonly unanswered: Command[] = [];
  private readonly recent: Command[] = [];
  private readonly markets = new Map<string, { readonly atMs: number; readonly market: Market }>();
  private timeUs = 0;
  private hands: Promise<void>[] = [];
  private isPaused = true;

  constructor(
    private readonly clients: ServiceClients,
    private readonly accounts: readonly LiveAccount[],
    private readonly prices: Readonly<Record<string, PlayedPrices>>,
    private readonly random: Seeded,
  ) {}

  go(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.hands = Array.from({ length: HANDS }, () => this.work());
  }

  /** Waits for the answers to what was asked. */
  async pause(): Promise<void> {
    this.isPaused = true;
    await Promise.all(this.hands);
  }

  /** Whether an order of an operator was asked for. */
  isWanted(accountId: string, coid: string, key: string): boolean {
    if (this.wanted.has(coid)) return true;
    return [...this.flattens].some(([id, of]) => of === accountId && operatorOrderId(accountId, id, key) === coid);
  }

  /** Client order ids of an account that execution has answered for. */
  answeredOf(accountId: string): string[] {
    return [...this.answered].flatMap(([coid, of]) => (of === accountId ? [coid] : []));
  }

  private async work(): Promise<void> {
    while (!this.isPaused) {
      const command = await this.next().catch(() => undefined);
      if (command !== undefined) await this.give(command);
      const ms = this.random.integer(PAUSE_MS.least, PAUSE_MS.most);
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }

  private async next(): Promise<Command | undefined> {
    const waiting = this.unanswered.length > 0 && this.random.isWithin(0.3) ? this.unanswered.shift() : undefined;
    if (waiting !== undefined) return waiting;
    if (this.recent.length > 0 && this.random.isWithin(REPEATED)) return this.random.pick(this.recent);
    const account = this.random.pick(this.accounts);
    return drawCommand(account, await this.marketOf(account.accountId), this.random);
  }

  private async give(command: Command): Promise<void> {
    this.counts[command.what] = (this.counts[command.what] ?? 0) + 1;
    for (const coid of command.coids) this.wanted.add(coid);
    if (command.flatten !== undefined) this.flattens.set(command.flatten, command.accountId);
    try {
      const orders = await command.carryOut(this.clients);
      for (const coid of orders) this.answered.set(coid, command.accountId);
      if (!this.recent.includes(command)) this.recent.push(command);
      if (this.recent.length > KEPT) this.recent.shift();
    } catch (error) {
      const status = statusOf(error);
      if (DEFECTS.includes(status)) this.defects.push(`${command.what}: ${status} ${String(error)}`);
      if (status === 'UNAVAILABLE' || status === 'DEADLINE_EXCEEDED' || status === 'CANCELLED') {
        this.unanswered.push(command);
        if (this.unanswered.length > KEPT) this.unanswered.shift();
      }
    }
  }

  /** What an operator sees of an account. */
  private async marketOf(accountId: string): Promise<Market> {
    const known = this.markets.get(accountId);
    const nowMs = performance.now();
    if (known !== undefined && nowMs - known.atMs < LOOK_EVERY_MS) return known.market;
    const { execution: books, gateway: gateways } = this.clients;
    const states = [common.OrderState.ACCEPTED, common.OrderState.PARTIALLY_FILLED];
    const [{ orders }, { positions }, sessions] = await Promise.all([
      books.listOrders({ accountId, states, limit: 0, afterSeq: 0 }),
      books.listPositions({ accountId }),
      gateways.listSessions({}).catch((): gateway.ListSessionsResponse => ({ sessions: [] })),
    ]);
    this.timeUs = Math.max(this.timeUs, ...sessions.sessions.map(({ timeUs }) => timeUs));
    const market: Market = { orders: orders.filter(isOurs), positions, timeUs: this.timeUs, bids: this.bids() };
    this.markets.set(accountId, { atMs: nowMs, market });
    return market;
  }

  private bids(): Readonly<Record<string, number>> {
    const entries = Object.entries(this.prices).map(([symbol, prices]) => [symbol, prices.bidAt(this.timeUs)] as const);
    return Object.fromEntries(entries);
  }
}

const isOurs = ({ request }: execution.Order): boolean => request?.origin === common.Origin.OPERATOR;

function statusOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'status' in error ? String(error.status) : '';
}
