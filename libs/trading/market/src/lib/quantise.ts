import { Decimal } from './decimal';
import type { Instrument } from './instrument';

export type RoundingMode = 'nearest' | 'down' | 'up';
type DecimalLike = Decimal | number | string;

const ROUNDING = {
  nearest: Decimal.ROUND_HALF_EVEN,
  down: Decimal.ROUND_FLOOR,
  up: Decimal.ROUND_CEIL,
} as const;

function toMultiple(value: DecimalLike, step: string, mode: RoundingMode): Decimal {
  return new Decimal(value).div(step).toDecimalPlaces(0, ROUNDING[mode]).mul(step);
}

/** The price on the instrument's tick grid; `down` is towards minus infinity. */
export function quantisePrice(instrument: Instrument, price: DecimalLike, mode: RoundingMode = 'nearest'): Decimal {
  return toMultiple(price, instrument.tickSize, mode);
}

/** Lots on the volume step; never negative. Keeps no minimum or maximum: whether a volume may trade is for risk to say. */
export function quantiseVolume(instrument: Instrument, lots: DecimalLike, mode: RoundingMode = 'down'): Decimal {
  const volume = toMultiple(lots, instrument.volumeStep, mode);
  return volume.gt(0) ? volume : new Decimal(0);
}

/** With exactly the instrument's digits, such as `1.38680`. */
export function formatPrice(instrument: Instrument, price: DecimalLike): string {
  return new Decimal(price).toFixed(instrument.digits);
}

/** With exactly the digits of the volume step, such as `0.10`. */
export function formatVolume(instrument: Instrument, lots: DecimalLike): string {
  return new Decimal(lots).toFixed(new Decimal(instrument.volumeStep).decimalPlaces());
}

export function isOnTick(instrument: Instrument, price: DecimalLike): boolean {
  return new Decimal(price).mod(instrument.tickSize).isZero();
}

export function isVolumeOnStep(instrument: Instrument, lots: DecimalLike): boolean {
  return new Decimal(lots).mod(instrument.volumeStep).isZero();
}

/** Profit currency that one tick is worth per lot. */
export function tickValueOf(instrument: Instrument): Decimal {
  return instrument.tickValue === ''
    ? new Decimal(instrument.contractSize).mul(instrument.tickSize)
    : new Decimal(instrument.tickValue);
}

/** Profit currency that one pip is worth per lot: a pip is ten points where prices have 3 or 5 digits, else one point. */
export function pipValue(instrument: Instrument): Decimal {
  const pipDigits = instrument.digits === 3 || instrument.digits === 5 ? instrument.digits - 1 : instrument.digits;
  return tickValueOf(instrument).mul(new Decimal(10).pow(-pipDigits)).div(instrument.tickSize);
}

/** What a position of `signedLots` (negative: short) made between two prices, in profit currency. */
export function profit(instrument: Instrument, signedLots: Decimal, entry: Decimal, exit: Decimal): Decimal {
  const move = exit.sub(entry).mul(signedLots);
  // Without a tick value of the broker's own, tickSize cancels out: no division, so the result is exact.
  return instrument.tickValue === ''
    ? move.mul(instrument.contractSize)
    : move.mul(instrument.tickValue).div(instrument.tickSize);
}

/** Size of |lots| at a price, in profit currency. */
export function notional(instrument: Instrument, lots: DecimalLike, price: DecimalLike): Decimal {
  return new Decimal(lots).abs().mul(instrument.contractSize).mul(price);
}
