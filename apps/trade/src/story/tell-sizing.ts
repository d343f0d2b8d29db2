import type { decision } from '@trading/contracts';
import { table } from '../cli/table';

/** How each step of the strategy kernel's sizing follows from those before it. */
const FORMULAS: Readonly<Record<string, string>> = {
  riskMoney: 'equity × riskPct / 100 × confidence',
  stopDistance: 'from the entry to the stop, in price',
  lossPerLot: 'stopDistance × value of a lot, in account currency',
  lotsByRisk: 'riskMoney / lossPerLot',
  lotsByLeverage: 'equity × maxLeverage / notional of a lot',
  notionalPerLot: 'price × contract size, in account currency',
};

const LOTS: Readonly<Record<string, string>> = {
  volatility: 'the smaller of lotsByRisk and lotsByLeverage, rounded down to the volume step',
  exposure: 'lotsWanted, rounded down to the volume step',
  units: 'lotsWanted, rounded down to the volume step',
};

const WANTED: Readonly<Record<string, string>> = {
  exposure: 'equity × exposure / notionalPerLot',
  units: 'units / contractSize',
};

/** The arithmetic of the volume: each step with its value and where that comes from. */
export function tellSizing(steps: readonly decision.SizingStep[]): string[] {
  const method = steps.find(({ name }) => name === 'method')?.value ?? '';
  const formulaOf = (name: string): string | undefined => {
    if (name === 'lots') return LOTS[method];
    return name === 'lotsWanted' ? WANTED[method] : FORMULAS[name];
  };
  const rows = steps.map(({ name, value }) => {
    const formula = formulaOf(name);
    return [name, value, ...(formula === undefined ? [] : [`= ${formula}`])];
  });
  return table(rows).split('\n');
}
