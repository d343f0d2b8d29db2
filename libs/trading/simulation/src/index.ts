/**
 * The matching of a broker, once: what happens to orders and positions as quotes arrive, for the terminal simulator,
 * backtests and tests alike. Pure and deterministic: time comes in as an argument, tickets are counters.
 * Start with `simulated-broker.ts`.
 */
export * from './lib/bar-path';
export * from './lib/broker-config';
export * from './lib/broker-event';
export * from './lib/broker-order';
export * from './lib/broker-views';
export type { QuoteArrival } from './lib/matching';
export * from './lib/mt4-error';
export * from './lib/retcode';
export * from './lib/simulated-broker';
export * from './lib/simulation-errors';
