import type { common, terminal } from '@trading/contracts';
import { instrumentOf } from './wire';

/** What the account of one session trades, under our names and its own. */
export class SessionSymbols {
  private readonly instruments = new Map<string, common.Instrument>();
  private readonly ours = new Map<string, string>();

  learn(instruments: readonly terminal.WireInstrument[]): void {
    for (const one of instruments) {
      this.instruments.set(one.symbol, instrumentOf(one));
      this.ours.set(one.brokerSymbol, one.symbol);
    }
  }

  list(): common.Instrument[] {
    return [...this.instruments.values()];
  }

  get(symbol: string): common.Instrument | undefined {
    return this.instruments.get(symbol);
  }

  /** Our name of a symbol of the terminal. */
  readonly ourName = (brokerSymbol: string): string => this.ours.get(brokerSymbol) ?? brokerSymbol;

  readonly has = (brokerSymbol: string): boolean => this.ours.has(brokerSymbol);
}
