import { parseZone } from '@trading/trading-market';
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
  demandTimesAndLevels(config);
  demand(instruments.length > 0, 'instruments must not be empty');
  const symbols = instruments.map((instrument) => instrument.symbol);
  demand(
    new Set(symbols).size === symbols.length,
    `instruments must have different symbols, found ${symbols.join(', ')}`,
  );
}

function demandTimesAndLevels(config: BrokerConfig): void {
  const { fillVolumePerTick: volume, zone = 'UTC', rolloverMinute = 0 } = config;
  demand(
    volume === undefined || (isDecimal.test(volume) && Number(volume) > 0),
    `fillVolumePerTick must be a decimal above 0, found ${volume ?? ''}`,
  );
  demand(parseZone(zone) !== undefined, `zone must be UTC, an IANA name or ny+7, found ${zone}`);
  demand(
    Number.isInteger(rolloverMinute) && rolloverMinute >= 0 && rolloverMinute < 1440,
    `rolloverMinute must be 0 to 1439, found ${rolloverMinute}`,
  );
  for (const name of ['marginCallLevelPct', 'stopOutLevelPct'] as const) {
    const level = config[name];
    demand(
      level === undefined || (level > 0 && Number.isFinite(level)),
      `${name} must be above 0, found ${level ?? ''}`,
    );
  }
}

function demand(isRight: boolean, sentence: string): void {
  if (!isRight) throw new SimulationConfigInvalid(`${sentence}.`);
}
