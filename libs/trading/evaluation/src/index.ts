// What a run was worth: statistics of its trades and of its equity, and conditions that a run may fail by.
// Pure functions over decimal strings and numbers; each says its own definition. Start reading at lib/trade-summary.ts.
export * from './lib/buy-and-hold';
export * from './lib/drawdown';
export * from './lib/fail-condition';
export * from './lib/returns';
export * from './lib/trade-summary';
