// Reconciliation: compares the books of an account with what its broker lists, and says what is to be booked and what
// nothing explains. Pure and deterministic; uses market and orders only. It books nothing and never trades.
// Start reading at lib/compare.ts.
export * from './lib/adopt-position';
export * from './lib/books';
export * from './lib/broker';
export * from './lib/compare';
export { SEARCH_MARGIN_US } from './lib/owners';
export * from './lib/outcome';
