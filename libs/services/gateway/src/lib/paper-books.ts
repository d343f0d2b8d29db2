import type { terminal } from '@trading/contracts';
import type { Instrument } from '@trading/trading-market';
import { SimulatedBroker, type BrokerConfig, type BrokerEvent, type ChangeOutcome } from '@trading/trading-simulation';
import { brokerOrderOf, cashFrame, orderChangeOf, orderFrame, stopsFrame, tradeFrame } from './paper-frames';
import { contentHash, type PaperRecord, type Quoted } from './paper-record';
import { changeResult, dealResult, rejectionResult, restingResult } from './paper-results';

/** What is said reliably, with its sequence. */
export interface PaperFrame {
  readonly seq: number;
  readonly t: 'cmd.result' | 'trade.event' | 'order.event' | 'position.event' | 'cash.event';
  readonly d: { readonly time: number };
}

/** Records that do not give again what they gave. */
export class PaperRecordsBroken extends Error {
  readonly code = 'PAPER_RECORDS_BROKEN';
}

/** Days of any zone end at a whole quarter of an hour. */
const QUARTER_US = 900_000_000;

type Unnumbered = Omit<PaperFrame, 'seq'>;

/**
 * Our broker's books of one account: what follows from its records, the same for the same ones. Nothing here is durable
 * or asynchronous; whoever plays a record keeps it before anybody hears what came of it.
 */
export class PaperBooks {
  readonly broker: SimulatedBroker;
  /** The highest fencing epoch seen. */
  epoch = 0;
  /** The sequence of the last frame. */
  seq = 0;
  /** The final word on each submit. */
  readonly results = new Map<string, terminal.CmdResult>();
  /** Digests of what was submitted, by client order id, and of other requests by theirs. */
  readonly submits = new Map<string, string>();
  readonly requests = new Map<string, string>();
  readonly tombstones = new Set<string>();
  /** Submits whose result is to come, and their volumes. */
  private readonly awaited = new Map<string, string>();
  private readonly instruments: ReadonlyMap<string, Instrument>;
  private readonly byBrokerSymbol: ReadonlyMap<string, Instrument>;
  /** Quotes that no record has yet, in the order in which they came. */
  private quotes = new Map<string, readonly [bid: number, ask: number]>();
  private quarter = 0;

  /** @throws SimulationConfigInvalid */
  constructor(config: BrokerConfig) {
    this.broker = new SimulatedBroker(config);
    this.instruments = new Map(config.instruments.map((one) => [one.symbol, one]));
    this.byBrokerSymbol = new Map(config.instruments.map((one) => [one.brokerSymbol, one]));
  }

  ofBroker(brokerSymbol: string): Instrument | undefined {
    return this.byBrokerSymbol.get(brokerSymbol);
  }

  /** Our broker's own instrument of what it speaks of. */
  instrument(symbol: string): Instrument {
    const found = this.instruments.get(symbol);
    if (found === undefined) throw new PaperRecordsBroken(`Our broker has no instrument ${symbol}.`);
    return found;
  }

  /** Takes a quote, and answers the record that it makes when something came of it. */
  onQuote(
    symbol: string,
    at: number,
    bid: number,
    ask: number,
  ): { record: PaperRecord; frames: PaperFrame[] } | undefined {
    if (!(bid <= ask)) return undefined;
    const isNewQuarter = Math.floor(at / QUARTER_US) !== this.quarter;
    this.quarter = Math.floor(at / QUARTER_US);
    // The end of a trading day is told by nobody: positions gather swaps.
    const before = isNewQuarter ? this.swaps() : '';
    const events = this.broker.onTick(symbol, at, bid, ask);
    if (events.length === 0 && (!isNewQuarter || before === this.swaps())) {
      this.quotes.delete(symbol);
      this.quotes.set(symbol, [bid, ask]);
      return undefined;
    }
    const record: PaperRecord = { kind: 'tick', at, quotes: this.takeQuotes(), symbol, bid, ask };
    return { record, frames: this.told(events) };
  }

  /** Lets time pass, and answers the record that it makes when something came of it. */
  onTime(at: number): { record: PaperRecord; frames: PaperFrame[] } | undefined {
    const before = this.swaps();
    const events = this.broker.onTime(at);
    if (events.length === 0 && before === this.swaps()) return undefined;
    return { record: { kind: 'time', at, quotes: this.takeQuotes() }, frames: this.told(events) };
  }

  /** The quotes that a record of now has to hold. */
  takeQuotes(): Quoted {
    const quotes = [...this.quotes].map(([symbol, [bid, ask]]): Quoted[number] => [symbol, bid, ask]);
    this.quotes = new Map();
    return quotes;
  }

  /** Plays a record that was kept, from where the one before it ended. */
  replay(record: PaperRecord): PaperFrame[] {
    if ('quotes' in record) for (const [symbol, bid, ask] of record.quotes) this.broker.recall(symbol, bid, ask);
    return this.play(record);
  }

  /** Plays a record of now, whose quotes have been taken already. */
  play(record: PaperRecord): PaperFrame[] {
    switch (record.kind) {
      case 'tombstone':
        this.tombstones.add(record.coid);
        return [];
      case 'fence':
        this.epoch = Math.max(this.epoch, record.epoch);
        return [];
      case 'tick':
        return this.told(this.broker.onTick(record.symbol, record.at, record.bid, record.ask));
      case 'time':
        return this.told(this.broker.onTime(record.at));
      case 'submit': {
        const { order, at } = record;
        this.epoch = Math.max(this.epoch, order.epoch);
        this.submits.set(order.coid, contentHash(order));
        this.awaited.set(order.coid, order.volume);
        const symbol = this.byBrokerSymbol.get(order.symbol)?.symbol ?? order.symbol;
        return this.told(this.broker.submit(brokerOrderOf(order, symbol), at));
      }
      case 'modify': {
        const { change, at } = record;
        const { positionId, sl, tp } = change;
        const stops = { ...(sl !== undefined && { stopLoss: sl }), ...(tp !== undefined && { takeProfit: tp }) };
        const outcome =
          positionId === undefined
            ? this.broker.modify(orderChangeOf(change), at)
            : this.broker.setStops(positionId, stops, at);
        return this.changed('modify', change, outcome, at);
      }
      case 'cancel': {
        const { cancel, at } = record;
        const { coid, order } = cancel;
        const outcome = this.broker.cancel(order === undefined ? { coid } : { orderTicket: order }, at);
        return this.changed('cancel', cancel, outcome, at);
      }
    }
  }

  private changed(
    verb: 'modify' | 'cancel',
    request: terminal.OrderModify | terminal.OrderCancel,
    outcome: ChangeOutcome,
    at: number,
  ): PaperFrame[] {
    this.epoch = Math.max(this.epoch, request.epoch);
    this.requests.set(request.requestId, contentHash(request));
    const positionId = 'positionId' in request ? (request.positionId ?? '') : '';
    const result = this.numbered({ t: 'cmd.result', d: changeResult(verb, request, positionId, outcome, at) });
    return [result, ...(outcome.kind === 'done' ? this.told(outcome.events) : [])];
  }

  private told(events: readonly BrokerEvent[]): PaperFrame[] {
    return events
      .flatMap((event) => [...this.resultOf(event), ...this.eventOf(event)])
      .map((one) => this.numbered(one));
  }

  /** The result of a submit, with the first thing that happens to its order. */
  private resultOf(event: BrokerEvent): Unnumbered[] {
    if (event.kind !== 'rejected' && event.kind !== 'deal' && event.kind !== 'order') return [];
    const volume = this.awaited.get(event.coid);
    if (volume === undefined) return [];
    this.awaited.delete(event.coid);
    const d =
      event.kind === 'rejected'
        ? rejectionResult(event, this.instruments.get(event.symbol))
        : event.kind === 'order'
          ? restingResult(event, this.instrument(event.order.symbol))
          : dealResult(event, this.instrument(event.symbol), volume);
    this.results.set(event.coid, d);
    return [{ t: 'cmd.result', d }];
  }

  private eventOf(event: BrokerEvent): Unnumbered[] {
    switch (event.kind) {
      case 'accepted':
      case 'rejected':
        return [];
      case 'deal':
        return [{ t: 'trade.event', d: tradeFrame(event, this.instrument(event.symbol)) }];
      case 'order':
        return [{ t: 'order.event', d: orderFrame(event, this.instrument(event.order.symbol)) }];
      case 'stops':
        return [{ t: 'position.event', d: stopsFrame(event, this.instrument(event.symbol)) }];
      case 'cash':
        return [{ t: 'cash.event', d: cashFrame(event) }];
    }
  }

  private numbered(one: Unnumbered): PaperFrame {
    this.seq += 1;
    return { ...one, seq: this.seq };
  }

  private swaps(): string {
    return this.broker
      .positions()
      .map(({ positionId, swap }) => `${positionId} ${swap.toFixed()}`)
      .join();
  }
}
