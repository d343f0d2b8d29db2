import type { ServiceClients } from '@trading/contracts';
import type { Tags } from '@trading/platform-timeseries';
import type { Place } from '../report/banner';
import type { SimulatorProcess } from './simulator-process';

/** A running system as the run sees it: the same whether its services share a process or not. */
export interface TradingSystem {
  readonly clients: ServiceClients;
  readonly simulator: SimulatorProcess;
  /** Where everything is, for the banner. */
  readonly places: readonly Place[];
  /** What the user should know of the start: ports that moved, processes that were adopted. */
  readonly notes: readonly string[];
  /** Rows of a series that are stored, once what was written before is. */
  countStored(measurement: string, tags: Tags): Promise<number>;
}
