/**
 * A MetaTrader 5 terminal with its broker, played from files: it dials a gateway, proves who it is and speaks the
 * terminal protocol in simulated time. Uses the matching of `@trading/trading-simulation`; knows no service.
 * Start with `terminal-simulator.ts`, then `playback.ts`.
 */
export * from './lib/exit';
export * from './lib/journal';
export * from './lib/simulator-config';
export * from './lib/simulator-errors';
export * from './lib/terminal-key';
export * from './lib/terminal-simulator';
