import { dirname, join } from 'node:path';

/** The daily bars of the S&P 500, 2000 to 2020, that come with the npm package `vega-datasets`. */
export function defaultDataFile(): string {
  // The package exports its code only; its data lies beside it.
  return join(dirname(require.resolve('vega-datasets')), '..', 'data', 'sp500-2000.csv');
}
