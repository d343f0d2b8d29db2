import type { Instrument } from '@trading/trading-market';
import { SimulatedSymbolUnknown } from '@trading/trading-simulation';

/** The symbols of an account by either name: ours and the broker's. */
export class TradedSymbols {
  private readonly byName = new Map<string, Instrument>();

  /** @param instruments in the order of the configuration; no name stands for two of them */
  constructor(readonly instruments: readonly Instrument[]) {
    for (const instrument of instruments) {
      this.byName.set(instrument.symbol, instrument).set(instrument.brokerSymbol, instrument);
    }
  }

  find(name: string): Instrument | undefined {
    return this.byName.get(name);
  }

  /** The instrument of what the broker has dealt in. @throws SimulatedSymbolUnknown */
  traded(symbol: string): Instrument {
    const instrument = this.byName.get(symbol);
    if (!instrument) throw new SimulatedSymbolUnknown(symbol);
    return instrument;
  }

  /** Our name of a symbol; a name that is not known stays as it is. */
  ours(name: string): string {
    return this.byName.get(name)?.symbol ?? name;
  }

  /** Place of a symbol in the configuration; -1 of one that is not known. */
  indexOf(name: string): number {
    return this.instruments.findIndex(({ symbol, brokerSymbol }) => symbol === name || brokerSymbol === name);
  }
}
