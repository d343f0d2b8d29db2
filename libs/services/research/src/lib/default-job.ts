import { dirname, join } from 'node:path';
import type { ObjectStore } from '@trading/platform-object-store';
import type { TrainingJob } from './train-model';

/** Training ends here: the shipped model knows nothing of 2010 and after. 2010-01-01T00:00Z in microseconds. */
export const SHIPPED_MODEL_TRAINED_UNTIL_US = Date.UTC(2010, 0, 1) * 1000;

/** The daily S&P 500, 2000–2020, that comes with the npm package `vega-datasets`; its dates carry no zone and mean UTC. */
export function sp500File(): string {
  // The package does not export its data files, but its entry lies beside their folder.
  return join(dirname(require.resolve('vega-datasets')), '..', 'data', 'sp500-2000.csv');
}

/**
 * The job whose result is shipped. Horizon and penalty were chosen so that the model changes its mind often enough to show
 * the system at work: by how often its predictions of 2010–2020 move, never by whether they came true. Two penalties were
 * looked at. On its validation tail it is no better than chance: no edge is claimed.
 */
export function defaultTrainingJob(outStore: ObjectStore): TrainingJob {
  return {
    file: sp500File(),
    symbol: 'US500',
    timeframe: 'D1',
    zone: 'UTC',
    toUs: SHIPPED_MODEL_TRAINED_UNTIL_US,
    horizonBars: 5,
    l2: 0.01,
    trials: 2,
    name: 'us500-d1-logistic',
    version: '1',
    outStore,
  };
}
