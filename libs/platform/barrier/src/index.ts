/**
 * Simulated time for a service that reads several topics: inputs are held until every source has passed the same
 * barrier, then handed over in one fixed order, so that a run is the same on every machine. Knows nothing of what the
 * inputs mean. Start with `BarrierJoin`; `StageHost` keeps one per key and has a stage begin again after a failure.
 */
export * from './lib/barrier-join';
export * from './lib/feed';
export { forSymbols } from './lib/per-symbol';
export * from './lib/stage';
export * from './lib/stage-host';
