// Numbers over time (ticks, bars, equity): the port, its adapters in PostgreSQL and InfluxDB, and the contract suite that
// every adapter passes. It uses platform-database and platform-metrics and knows nothing of what is measured: apps hand
// in a catalogue. Start at lib/time-series-store.ts.
export * from './lib/time-series-store';
export * from './lib/errors';
export { PostgresTimeSeries, type PostgresTimeSeriesOptions, type TimeSeriesLog } from './lib/postgres-time-series';
export { TIME_SERIES_MIGRATIONS } from './lib/time-series-schema';
export { InfluxTimeSeries, type InfluxTimeSeriesOptions } from './lib/influx-time-series';
export type { WriterCounts } from './lib/batch-writer';
export type { RelayCounts } from './lib/relay-buffer';
export { CONTRACT_CATALOGUE, timeSeriesContract } from './lib/time-series-contract';
