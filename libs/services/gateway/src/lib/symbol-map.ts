import type { terminal } from '@trading/contracts';
import type { AccountRegistration } from './gateway-config';

type Named = Pick<AccountRegistration, 'symbols' | 'symbolSuffixes'>;

export interface MappedSymbols {
  readonly instruments: readonly terminal.WireInstrument[];
  /** Our names whose mapped name the terminal does not have, or that mean the same as one before. */
  readonly missing: readonly string[];
}

/** Before a name that the registration gave to another symbol of the terminal. */
const SHADOWED = 'broker:';

/**
 * Gives the terminal's symbols our names: those that the registration maps, then those that end in one of its suffixes;
 * any other keeps the name that the terminal gave it. No two share a name: a symbol whose name is taken goes by
 * `broker:` and its own.
 */
export function mapSymbols(instruments: readonly terminal.WireInstrument[], registration: Named): MappedSymbols {
  const { symbols = {}, symbolSuffixes = [] } = registration;
  const theirs = new Set(instruments.map(({ brokerSymbol }) => brokerSymbol));
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const name = (brokerSymbol: string, ours: string): void => {
    if (names.has(brokerSymbol) || taken.has(ours)) return;
    names.set(brokerSymbol, ours);
    taken.add(ours);
  };
  for (const [ours, brokerSymbol] of Object.entries(symbols)) {
    // A name that is mapped means that symbol and no other, also while the terminal lacks it.
    taken.add(ours);
    if (theirs.has(brokerSymbol) && !names.has(brokerSymbol)) names.set(brokerSymbol, ours);
  }
  for (const suffix of symbolSuffixes) {
    for (const { brokerSymbol } of instruments) {
      const ours = brokerSymbol.slice(0, -suffix.length);
      if (ours !== '' && brokerSymbol.endsWith(suffix)) name(brokerSymbol, ours);
    }
  }
  for (const { brokerSymbol, symbol } of instruments) {
    name(brokerSymbol, symbol);
    if (!names.has(brokerSymbol)) names.set(brokerSymbol, `${SHADOWED}${brokerSymbol}`);
  }
  return {
    instruments: instruments.map((one) => ({ ...one, symbol: names.get(one.brokerSymbol) ?? one.symbol })),
    missing: Object.entries(symbols).flatMap(([ours, brokerSymbol]) =>
      names.get(brokerSymbol) === ours ? [] : [ours],
    ),
  };
}

/** The name that the terminal most likely has for one of ours, before it has told its symbols. */
export function likelyBrokerSymbol(ours: string, { symbols = {}, symbolSuffixes = [] }: Named): string {
  return symbols[ours] ?? `${ours}${symbolSuffixes[0] ?? ''}`;
}
