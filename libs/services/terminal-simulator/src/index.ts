/**
 * A MetaTrader 5 terminal with its broker, played from files: it dials a gateway, proves who it is and speaks the
 * terminal protocol, in simulated time or as live; and a terminal that is nothing but load, for benchmarks. Uses the
 * matching of `@trading/trading-simulation`; knows no service. Start with `terminal-simulator.ts`, then `playback.ts`.
 */
export * from './lib/exit';
export * from './lib/feed-config';
export { ConnectionLost } from './lib/gateway-connection';
export { HandshakeFailed } from './lib/handshake';
export * from './lib/journal';
export * from './lib/load-terminal';
export * from './lib/simulator-config';
export * from './lib/simulator-errors';
export * from './lib/terminal-key';
export * from './lib/terminal-simulator';
