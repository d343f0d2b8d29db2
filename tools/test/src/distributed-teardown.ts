import { VARIABLE, type DevInfra } from './distributed-servers';
import { reset } from './distributed-setup';

/** Ends and removes the servers of this run, unless they are those of `TRADING_DEV_FOLDER`. */
export default function globalTeardown(): void {
  const json = process.env[VARIABLE];
  if (json === undefined || process.env['TRADING_DEV_FOLDER'] !== undefined) return;
  reset((JSON.parse(json) as DevInfra).folder);
}
