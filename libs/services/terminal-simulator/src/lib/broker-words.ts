import type { terminal } from '@trading/contracts';
import type { BrokerEvent, SimulatedBroker } from '@trading/trading-simulation';
import type { BatchSink, ReliableSink } from './batch-sink';
import type { TradedSymbols } from './traded-symbols';
import { accountFrame, dealResult, rejectionResult, tradeFrame } from './wire-broker';

/** Says what the broker did: results and deals with their reliable sequence, and the account where it changed. */
export class BrokerWords {
  /** The final word on each command. */
  readonly results = new Map<string, terminal.CmdResult>();
  /** The last reliable sequence that was said. */
  seq = 0;
  private lastAccount = '';

  constructor(
    private readonly broker: SimulatedBroker,
    private readonly symbols: TradedSymbols,
    private readonly record?: ReliableSink,
  ) {}

  say(events: readonly BrokerEvent[], sink: BatchSink | undefined): void {
    for (const event of events) {
      if (event.kind === 'accepted') continue;
      if (event.kind === 'rejected') {
        // A symbol that is not known has no quote either, so that its digits do not matter.
        this.sayResult(rejectionResult(event, this.symbols.find(event.symbol)?.digits ?? 0), sink);
        continue;
      }
      const instrument = this.symbols.traded(event.symbol);
      if (event.coid !== '') this.sayResult(dealResult(event, instrument), sink);
      const frame = tradeFrame(event, instrument);
      this.seq += 1;
      this.record?.trade(frame, this.seq);
      sink?.trade(frame, this.seq);
    }
  }

  /** Says the account where it changed; with a position open its equity may have, so it is said anyway. */
  sayAccount(timeUs: number, sink: BatchSink | undefined, always = false): void {
    const isFlat = this.symbols.instruments.every(({ symbol }) => this.broker.positionSign(symbol) === 0);
    const deals = String(this.broker.deals().length);
    if (!always && isFlat && deals === this.lastAccount) return;
    this.lastAccount = isFlat ? deals : '';
    sink?.account(accountFrame(this.broker.account(), timeUs));
  }

  private sayResult(result: terminal.CmdResult, sink: BatchSink | undefined): void {
    this.seq += 1;
    this.results.set(result.coid, result);
    this.record?.result(result, this.seq);
    sink?.result(result, this.seq);
  }
}
