import { Decimal, notional, profit, quantiseVolume } from '@trading/trading-market';
import type { Instrument } from '@trading/trading-market';
import type { SizingStep } from './strategy';

const ONE_LOT = new Decimal(1);

/** A volume and the arithmetic that led to it. */
export interface Sizing {
  /** Unsigned, on the volume step, within the instrument's range; zero when even the smallest volume is too much. */
  readonly lots: Decimal;
  readonly steps: readonly SizingStep[];
}

export interface Funds {
  /** In the account's currency. */
  readonly equity: Decimal;
  readonly instrument: Instrument;
  /** Price of the entry. */
  readonly price: Decimal;
  /** Account currency per unit of the profit currency. */
  readonly conversion: Decimal;
}

export interface VolatilityRisk {
  /** Per cent of the equity lost when the stop is hit, at full confidence. */
  readonly riskPct: number;
  /** From 0 to 1; scales the risk. */
  readonly confidence: number;
  /** From the entry to the stop, as a price difference. */
  readonly stopDistance: Decimal;
  /** Greatest notional, as a multiple of the equity. */
  readonly maxLeverage: number;
}

/**
 * Fixed-fractional sizing at a volatility stop: the loss at the stop is `riskPct` × `confidence` of the equity, and the
 * notional at most `maxLeverage` × equity. Source: R. Vince, Portfolio Management Formulas, 1990 (fixed fraction), with
 * the stop in multiples of ATR as C. Faith, Way of the Turtle, 2007.
 */
export function sizeByVolatility(funds: Funds, risk: VolatilityRisk): Sizing {
  const riskMoney = funds.equity.times(risk.riskPct).div(100).times(risk.confidence);
  const { instrument, conversion } = funds;
  const lossPerLot = profit(instrument, ONE_LOT, new Decimal(0), risk.stopDistance).times(conversion);
  const byRisk = lossPerLot.gt(0) ? riskMoney.div(lossPerLot) : new Decimal(0);
  const byLeverage = lotsForNotional(funds, risk.maxLeverage);
  const lots = tradable(Decimal.min(byRisk, byLeverage), instrument);
  return {
    lots,
    steps: steps({
      method: 'volatility',
      equity: funds.equity,
      riskPct: risk.riskPct,
      confidence: risk.confidence,
      riskMoney,
      stopDistance: risk.stopDistance,
      lossPerLot,
      lotsByRisk: byRisk,
      maxLeverage: risk.maxLeverage,
      lotsByLeverage: byLeverage,
      lots,
    }),
  };
}

/** The volume whose notional is `exposure` × equity. */
export function sizeByExposure(funds: Funds, exposure: number): Sizing {
  const wanted = lotsForNotional(funds, exposure);
  const lots = tradable(wanted, funds.instrument);
  return {
    lots,
    steps: steps({
      method: 'exposure',
      equity: funds.equity,
      exposure,
      notionalPerLot: notionalPerLot(funds),
      lotsWanted: wanted,
      lots,
    }),
  };
}

/** A fixed number of units of the base. */
export function sizeByUnits(units: number, instrument: Instrument): Sizing {
  const wanted = new Decimal(units).div(instrument.contractSize);
  const lots = tradable(wanted, instrument);
  return {
    lots,
    steps: steps({ method: 'units', units, contractSize: instrument.contractSize, lotsWanted: wanted, lots }),
  };
}

/** In the account's currency. */
function notionalPerLot({ instrument, price, conversion }: Funds): Decimal {
  return notional(instrument, ONE_LOT, price).times(conversion);
}

function lotsForNotional(funds: Funds, leverage: number): Decimal {
  const perLot = notionalPerLot(funds);
  return perLot.gt(0) ? funds.equity.times(leverage).div(perLot) : new Decimal(0);
}

/** Rounded down to the step and to `volumeMax`; zero below `volumeMin`. */
function tradable(lots: Decimal, instrument: Instrument): Decimal {
  const down = quantiseVolume(instrument, Decimal.min(lots, instrument.volumeMax), 'down');
  return down.lt(instrument.volumeMin) ? new Decimal(0) : down;
}

function steps(values: Readonly<Record<string, string | number | Decimal>>): SizingStep[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: value instanceof Decimal ? value.toSignificantDigits(12).toFixed() : String(value),
  }));
}
