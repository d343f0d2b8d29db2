import { Decimal } from '@trading/trading-market';
import type { Bar, Instrument } from '@trading/trading-market';
import type { Strategy, StrategyInput, StrategyOutput } from '../lib/strategy';

const HOUR_US = 3_600_000_000;

export const EURUSD: Instrument = {
  symbol: 'EURUSD',
  brokerSymbol: 'EURUSD',
  digits: 5,
  tickSize: '0.00001',
  tickValue: '',
  contractSize: '100000',
  volumeMin: '0.01',
  volumeMax: '50',
  volumeStep: '0.01',
  stopsLevelPoints: 10,
  freezeLevelPoints: 0,
  baseCurrency: 'EUR',
  profitCurrency: 'USD',
  marginCurrency: 'EUR',
  marginRate: '1',
  fillingModes: ['FOK', 'IOC'],
  executionMode: 'MARKET',
  stopsOnOpen: 'WITH',
  sessions: [],
  tradable: true,
};

/** An hourly bar whose bid prices are all `bid`, with a spread of one pip. */
export function barAt(barSeq: number, bid: number): Bar {
  const ask = bid + 0.0001;
  const flat = (price: number) => ({ open: price, high: price, low: price, close: price });
  const openTimeUs = barSeq * HOUR_US;
  return {
    symbol: 'EURUSD',
    timeframe: 'H1',
    openTimeUs,
    closeTimeUs: openTimeUs + HOUR_US,
    bid: flat(bid),
    ask: flat(ask),
    tickCount: 1,
  };
}

/** A warm input at 1.30000 / 1.30010 with an ATR of 20 pips, 100 000 of equity and no position. */
export function inputAt(barSeq: number, bid = 1.3, changes: Partial<StrategyInput> = {}): StrategyInput {
  const bar = barAt(barSeq, bid);
  return {
    bar,
    barSeq,
    prediction: { flags: ['NO_MODEL'] },
    atr: 0.002,
    positionLots: new Decimal(0),
    equity: new Decimal(100_000),
    instrument: EURUSD,
    quote: { bid: bar.bid.close, ask: bar.ask.close },
    conversion: new Decimal(1),
    tradeFromUs: 0,
    ...changes,
  };
}

/** Outputs on consecutive inputs when every target is filled at once. */
export function play(strategy: Strategy, inputs: readonly StrategyInput[], from = new Decimal(0)): StrategyOutput[] {
  let positionLots = from;
  return inputs.map((input) => {
    const output = strategy.onBar({ ...input, positionLots });
    if (output.intent.kind === 'target') positionLots = output.intent.targetLots;
    return output;
  });
}

/** Where `play` ends. */
export function positionAfter(outputs: readonly StrategyOutput[]): Decimal {
  const last = outputs.map((output) => output.intent).findLast((intent) => intent.kind === 'target');
  return last?.targetLots ?? new Decimal(0);
}

/** Outputs as plain data, for comparison. */
export const plain = (outputs: readonly StrategyOutput[]): unknown => JSON.parse(JSON.stringify(outputs));
