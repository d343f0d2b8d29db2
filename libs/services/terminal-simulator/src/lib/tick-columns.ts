import type { Instrument } from '@trading/trading-market';
import type { BatchSink } from './batch-sink';

/** Gathers ticks as the columns of a frame. A price that repeats is written out once. */
export class TickColumns {
  count = 0;
  private first = 0;
  private times: number[] = [];
  private bids: string[] = [];
  private asks: string[] = [];
  private bid = NaN;
  private bidText = '';
  private ask = NaN;
  private askText = '';

  constructor(private readonly instrument: Instrument) {}

  add(number: number, timeUs: number, bid: number, ask: number): void {
    if (this.count === 0) this.first = number;
    if (bid !== this.bid) {
      this.bid = bid;
      this.bidText = bid.toFixed(this.instrument.digits);
    }
    if (ask !== this.ask) {
      this.ask = ask;
      this.askText = ask.toFixed(this.instrument.digits);
    }
    this.times.push(timeUs);
    this.bids.push(this.bidText);
    this.asks.push(this.askText);
    this.count += 1;
  }

  /** Leaves only the newest tick; answers how many were dropped. */
  conflate(): number {
    const dropped = Math.max(0, this.count - 1);
    if (dropped === 0) return 0;
    this.first += dropped;
    this.times = this.times.slice(-1);
    this.bids = this.bids.slice(-1);
    this.asks = this.asks.slice(-1);
    this.count = 1;
    return dropped;
  }

  /** Hands what was gathered to the sink, under the broker's name of the symbol. */
  flush(sink: BatchSink | undefined): void {
    if (this.count === 0) return;
    const { brokerSymbol } = this.instrument;
    const frame = { symbol: brokerSymbol, first: this.first, t: this.times, b: this.bids, a: this.asks };
    sink?.ticks(frame, this.times[this.count - 1] ?? 0);
    this.count = 0;
    this.times = [];
    this.bids = [];
    this.asks = [];
  }
}
