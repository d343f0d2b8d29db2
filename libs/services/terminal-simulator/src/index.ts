/**
 * A MetaTrader 4 or 5 terminal with its broker, played from files: it dials a gateway, proves who it is and speaks the
 * terminal protocol, in simulated time or as live, and goes wrong by a plan where it is given one; and a terminal that
 * is nothing but load, for benchmarks. Uses the matching of `@trading/trading-simulation`; knows no service. Start with
 * `terminal-simulator.ts`, then `playback.ts` and `command-runner.ts`; faults begin in `fault-rule.ts`.
 */
export * from './lib/exit';
export * from './lib/fault-plan';
export * from './lib/fault-record';
export * from './lib/fault-rule';
export * from './lib/feed-config';
export { ConnectionLost } from './lib/gateway-connection';
export { HandshakeFailed } from './lib/handshake';
export * from './lib/journal';
export * from './lib/load-terminal';
export * from './lib/simulator-config';
export * from './lib/simulator-errors';
export * from './lib/terminal-key';
export * from './lib/terminal-simulator';
