import type { BrokerConfig } from './broker-config';
import { SimulationConfigInvalid } from './simulation-errors';

const isDecimal = /^\d+(\.\d+)?$/;

/** @throws SimulationConfigInvalid that names the field. */
export function checkedConfig(config: BrokerConfig): void {
  const { deposit, leverage, costs, slippagePoints, latencyUs, instruments } = config;
  demand(isDecimal.test(deposit) && Number(deposit) > 0, `deposit must be a decimal above 0, found ${deposit}`);
  demand(leverage > 0 && Number.isFinite(leverage), `leverage must be above 0, found ${leverage}`);
  demand(isDecimal.test(costs.commissionPerLot), `commissionPerLot must be a decimal, found ${costs.commissionPerLot}`);
  demand(
    slippagePoints >= 0 && Number.isFinite(slippagePoints),
    `slippagePoints must not be negative, found ${slippagePoints}`,
  );
  demand(
    latencyUs >= 0 && Number.isSafeInteger(latencyUs),
    `latencyUs must be a whole number from 0, found ${latencyUs}`,
  );
  demand(instruments.length > 0, 'instruments must not be empty');
  const symbols = instruments.map((instrument) => instrument.symbol);
  demand(
    new Set(symbols).size === symbols.length,
    `instruments must have different symbols, found ${symbols.join(', ')}`,
  );
}

function demand(isRight: boolean, sentence: string): void {
  if (!isRight) throw new SimulationConfigInvalid(`${sentence}.`);
}
