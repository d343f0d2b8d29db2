// What markets are: exact decimals, instruments and their rounding, quotes, bars and how ticks become them, time zones
// of files and brokers, and the parser of market data files. Imports nothing of ours and does no I/O.
// Start reading at lib/instrument.ts and lib/quote.ts.
export * from './lib/decimal';
export * from './lib/instrument';
export * from './lib/quote';
export * from './lib/quantise';
export * from './lib/instruments';
export * from './lib/timeframe';
export * from './lib/bar-builder';
export * from './lib/path';
export * from './lib/zones';
export * from './lib/data-file/data-file-error';
export * from './lib/data-file/data-file-parser';
export * from './lib/data-file/row-chunk';
export * from './lib/data-file/spacing';
