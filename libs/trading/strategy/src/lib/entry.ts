import { Decimal } from '@trading/trading-market';
import { sizeByUnits, sizeByVolatility } from './sizing';
import type { Sizing } from './sizing';
import { stopLossFor } from './stops';
import type { Direction } from './stops';
import type { Intent, StrategyInput, StrategyOutput } from './strategy';

/** How positions are sized and protected. */
export interface EntryRules {
  /** Units of the base; 0 sizes by volatility. */
  readonly units: number;
  /** Stop distance in ATRs; 0 places none. */
  readonly stopAtr: number;
  readonly riskPct: number;
  readonly maxLeverage: number;
  /** Also changes the size of a position that is already on the wanted side. */
  readonly resize: boolean;
}

export const hold = (reason: string): StrategyOutput => ({ intent: { kind: 'hold', reason }, sizing: [] });

/** Closes what is held. */
export function flat(input: StrategyInput, reason: string): StrategyOutput {
  if (input.positionLots.isZero()) return hold(reason);
  return { intent: { kind: 'target', targetLots: new Decimal(0), confidence: 1, reason }, sizing: [] };
}

/**
 * The intent to hold a position on one side: kept when it is already there, else sized and protected. A position on the
 * other side is at least closed, also when nothing may be opened (before `tradeFromUs`, while ATR warms up, or when the
 * smallest volume is too much for the risk).
 */
export function enter(
  input: StrategyInput,
  direction: Direction,
  confidence: number,
  rules: EntryRules,
  reason: string,
): StrategyOutput {
  const held = input.positionLots.isZero() ? 0 : input.positionLots.isNegative() ? -1 : 1;
  if (held === direction && !rules.resize) return hold(`${reason}; the position is kept`);
  const instead = (why: string): StrategyOutput =>
    held === direction ? hold(`${reason}; ${why}`) : flat(input, `${reason}; ${why}`);
  if (input.bar.closeTimeUs < input.tradeFromUs) return instead('no entries yet');

  const needsAtr = rules.units === 0 || rules.stopAtr > 0;
  if (needsAtr && !(input.atr > 0)) return instead('ATR is warming up');
  const stop =
    rules.stopAtr > 0 ? stopLossFor(direction, input.quote, input.atr, rules.stopAtr, input.instrument) : undefined;
  if (rules.stopAtr > 0 && stop === undefined) return instead('the stop would lie below zero');

  const sizing = size(input, direction, confidence, rules, stop?.distance);
  if (sizing.lots.isZero()) return { ...instead('the size is below the smallest volume'), sizing: sizing.steps };
  const targetLots = sizing.lots.times(direction);
  if (targetLots.eq(input.positionLots)) return { ...hold(`${reason}; the size is unchanged`), sizing: sizing.steps };
  const intent: Intent = { kind: 'target', targetLots, confidence, reason };
  return { intent: stop === undefined ? intent : { ...intent, stopLoss: stop.price }, sizing: sizing.steps };
}

function size(
  input: StrategyInput,
  direction: Direction,
  confidence: number,
  rules: EntryRules,
  stopDistance: Decimal | undefined,
): Sizing {
  if (rules.units > 0) return sizeByUnits(rules.units, input.instrument);
  const price = new Decimal(direction === 1 ? input.quote.ask : input.quote.bid);
  // Without a stop the risk is still measured over one ATR; the leverage cap bounds what that leaves open.
  const distance = stopDistance ?? new Decimal(input.atr);
  const { equity, instrument, conversion } = input;
  const { riskPct, maxLeverage } = rules;
  return sizeByVolatility(
    { equity, instrument, price, conversion },
    { riskPct, confidence, stopDistance: distance, maxLeverage },
  );
}
