import type { terminal } from '@trading/contracts';
import { crashPoint } from '@trading/platform-crash-points';
import type { BrokerEvent, Deal, OrderChanged, SimulatedBroker } from '@trading/trading-simulation';
import type { BatchSink, ReliableMessage, ReliableSink } from './batch-sink';
import type { DealBook } from './deal-book';
import type { Happening } from './happening';
import type { ToldOrders } from './told-orders';
import type { TradedSymbols } from './traded-symbols';
import { accountFrame, tradeFrame } from './wire-broker';
import { cashFrame, orderEventFrame, stopsFrame } from './wire-orders';
import { answerResult, dealResult, rejectionResult, restingResult, type Platform } from './wire-results';

type Unnumbered = ReliableMessage extends infer M ? (M extends ReliableMessage ? Omit<M, 'seq'> : never) : never;
type Said = Unnumbered | { readonly type: 'terminal'; readonly body: terminal.TerminalState; readonly timeUs: number };

export interface BrokerWordsParts {
  readonly broker: SimulatedBroker;
  readonly symbols: TradedSymbols;
  readonly platform: Platform;
  readonly told: ToldOrders;
  readonly deals: DealBook;
  /** Orders whose doings are told in the opposite order. */
  readonly isSwapped: (coid: string) => boolean;
  /** Hears what is reliable also while nothing is written. */
  readonly record?: ReliableSink & { clear(): void };
}

/**
 * Says what the broker did: results and events with their reliable sequence, and the account where it changed. On
 * MetaTrader 4 nobody is told of trades: they are found by comparison, a tick after they happened.
 */
export class BrokerWords {
  /** The final word on each submit. */
  readonly results = new Map<string, terminal.CmdResult>();
  /** The last reliable sequence that was said. */
  seq = 0;
  private lastAccount = '';
  private unnoticed: Said[] = [];

  constructor(private readonly parts: BrokerWordsParts) {}

  /** Something is to be told at the next tick. */
  get hasUnnoticed(): boolean {
    return this.unnoticed.length > 0;
  }

  /** @param hasTicked a tick came since the last call, or none will come any more */
  say(happenings: readonly Happening[], sink: BatchSink | undefined, hasTicked: boolean, isLast = false): void {
    const said: Said[] = hasTicked ? this.unnoticed.splice(0) : [];
    let isSwapped = false;
    for (const happening of happenings) {
      if (happening.kind === 'lost') {
        this.tell(said.splice(0), sink);
        this.forget();
        continue;
      }
      if ('coid' in happening && this.parts.isSwapped(happening.coid)) isSwapped = true;
      said.push(...this.wordsOf(happening));
    }
    if (isSwapped) said.reverse();
    if (isLast) said.push(...this.unnoticed.splice(0));
    this.tell(said, sink);
  }

  /** Says the account where it changed; with a position open its equity may have, so it is said anyway. */
  sayAccount(timeUs: number, sink: BatchSink | undefined, always = false): void {
    const { broker, symbols } = this.parts;
    const isFlat = symbols.instruments.every(({ symbol }) => broker.positionSign(symbol) === 0);
    const moves = `${broker.deals().length} ${broker.cashMovements().length}`;
    if (!always && isFlat && moves === this.lastAccount) return;
    this.lastAccount = isFlat ? moves : '';
    sink?.account(accountFrame(broker.account(), timeUs));
  }

  private forget(): void {
    this.parts.told.forget();
    this.parts.record?.clear();
    this.results.clear();
    this.unnoticed = [];
    this.seq = 0;
  }

  private wordsOf(happening: Exclude<Happening, { kind: 'lost' }>): Said[] {
    switch (happening.kind) {
      case 'accepted':
        return [];
      case 'terminal': {
        const { connected, timeUs } = happening;
        return [{ type: 'terminal', body: { connected, tradeAllowed: true }, timeUs }];
      }
      case 'answer': {
        const body = answerResult(happening, this.parts.platform);
        if (happening.verb === 'submit') this.results.set(body.coid, body);
        return [{ type: 'cmd.result', body }];
      }
      default:
        return [...this.resultOf(happening), ...this.eventsOf(happening)];
    }
  }

  /** The result of a submit, with the first thing that happens to its order. */
  private resultOf(event: BrokerEvent): Said[] {
    const { told, symbols, platform, deals } = this.parts;
    if (event.kind !== 'rejected' && event.kind !== 'deal' && event.kind !== 'order') return [];
    if (event.kind === 'deal') {
      deals.take(event);
      crashPoint('terminal-simulator.order.filled');
    }
    const awaited = told.takeAwaited(event.coid);
    if (!awaited) return [];
    const { attempt, volume } = awaited;
    // A symbol that is not known has no quote either, so that its digits do not matter.
    const digits = symbols.find('symbol' in event ? event.symbol : '')?.digits ?? 0;
    const body =
      event.kind === 'rejected'
        ? rejectionResult(event, digits, platform, attempt, told.isPending(event.coid))
        : event.kind === 'order'
          ? restingResult(event, this.orderFrame(event), platform, attempt)
          : dealResult(event, this.tradeFrame(event), symbols.traded(event.symbol), volume, platform, attempt);
    const result = { ...body, order: told.answeredTicket(event.coid, event.orderTicket, body.order) };
    this.results.set(result.coid, result);
    return [{ type: 'cmd.result', body: result }];
  }

  private eventsOf(event: BrokerEvent): Said[] {
    const events = this.toldOf(event);
    if (this.parts.platform === 'MT5') return events;
    this.unnoticed.push(...events);
    return [];
  }

  private toldOf(event: BrokerEvent): Said[] {
    const { symbols, deals, told } = this.parts;
    switch (event.kind) {
      case 'accepted':
      case 'rejected':
        return [];
      case 'deal':
        return [{ type: 'trade.event', body: this.tradeFrame(event) }];
      case 'order':
        // What stands for another order has no life of its own.
        return told.isStandIn(event.coid) ? [] : [{ type: 'order.event', body: this.orderFrame(event) }];
      case 'stops': {
        const { position } = deals.positionNames(event.positionId, '', '');
        return [{ type: 'position.event', body: stopsFrame(event, symbols.traded(event.symbol), position) }];
      }
      case 'cash':
        return [{ type: 'cash.event', body: cashFrame(event) }];
    }
  }

  private tradeFrame(deal: Deal): terminal.TradeEventFrame {
    return tradeFrame(deal, this.parts.symbols.traded(deal.symbol), this.parts.deals.names(deal));
  }

  private orderFrame(event: OrderChanged): terminal.OrderEventFrame {
    return orderEventFrame(event, this.parts.symbols.traded(event.order.symbol), this.parts.told);
  }

  private tell(said: readonly Said[], sink: BatchSink | undefined): void {
    for (const one of said) {
      if (one.type === 'terminal') {
        sink?.terminal(one.body, one.timeUs);
        continue;
      }
      this.seq += 1;
      const message = { ...one, seq: this.seq } as ReliableMessage;
      this.parts.record?.reliable(message);
      sink?.reliable(message);
    }
  }
}
