// Orders: what is wanted of a broker, the states it goes through as data, the events that move it, and ids derived from
// the decision behind it. Imports only trading-market and does no I/O.
// Start reading at lib/order.ts and lib/transitions.ts.
export * from './lib/order';
export * from './lib/order-events';
export * from './lib/order-errors';
export * from './lib/transitions';
export * from './lib/order-state';
export * from './lib/ids';
export * from './lib/outcome-classes';
