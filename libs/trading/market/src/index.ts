export * from './lib/decimal';
export * from './lib/instrument';
export * from './lib/quote';
