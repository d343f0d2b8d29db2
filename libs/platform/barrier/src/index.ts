/**
 * Simulated time for a service that reads several topics: inputs are held until every source has passed the same
 * barrier, then handed over in one fixed order, so that a run is the same on every machine. Knows nothing of what the
 * inputs mean. Start with `BarrierJoin`.
 */
export * from './lib/barrier-join';
