import type { EntryRules } from './entry';
import type { ParameterSpec } from './parameters';

export const spec = (
  value: number,
  min: number,
  max: number,
  description: string,
  integer: 'integer' | 'real' = 'real',
): ParameterSpec => ({ default: value, min, max, integer: integer === 'integer', description });

/** Stop distance with volatility sizing, unless said otherwise. */
const VOLATILITY_STOP_ATR = 3;

/** Parameters of every strategy that sizes and protects its entries. */
export const ENTRY_PARAMETERS = {
  units: spec(0, 0, 1e12, 'Fixed size in units of the base; 0 sizes by volatility.'),
  stopAtr: spec(
    VOLATILITY_STOP_ATR,
    0,
    100,
    'Stop distance in ATR(14); 0 places none. Default 0 when units are given.',
  ),
  riskPct: spec(1, 0, 100, 'Per cent of the equity lost when the stop is hit, at full confidence.'),
  maxLeverage: spec(2, 0, 1000, 'Greatest notional of a position sized by volatility, as a multiple of the equity.'),
  resize: spec(0, 0, 1, '1 also changes the size of a position already on the wanted side.', 'integer'),
} as const;

/** A fixed size has no stop unless one is asked for. */
export function completeEntry(
  values: Readonly<Record<string, number>>,
  given: ReadonlySet<string>,
): Record<string, number> {
  return given.has('units') && !given.has('stopAtr') && values['units'] !== 0
    ? { ...values, stopAtr: 0 }
    : { ...values };
}

/** The value of a parameter; the specification's default where it is absent. */
export function valueOf<K extends string>(
  specs: Readonly<Record<K, ParameterSpec>>,
  parameters: Readonly<Record<string, number>>,
  name: K,
): number {
  return parameters[name] ?? specs[name].default;
}

export function entryRules(parameters: Readonly<Record<string, number>>): EntryRules {
  const value = (name: keyof typeof ENTRY_PARAMETERS): number => valueOf(ENTRY_PARAMETERS, parameters, name);
  return {
    units: value('units'),
    stopAtr: value('stopAtr'),
    riskPct: value('riskPct'),
    maxLeverage: value('maxLeverage'),
    resize: value('resize') === 1,
  };
}
