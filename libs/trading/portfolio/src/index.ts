// What an account holds: positions netted per symbol or hedged, the cash ledger whose sum is the balance, realised and
// unrealised profit and loss in the account's currency. Pure and exact; uses market and orders only.
// Start reading at lib/portfolio.ts, then lib/position-books.ts.
export * from './lib/conversion';
export * from './lib/equity';
export * from './lib/fill';
export * from './lib/hedging-portfolio';
export * from './lib/ledger';
export * from './lib/netting-portfolio';
export * from './lib/new-portfolio';
export * from './lib/portfolio';
export * from './lib/portfolio-errors';
export * from './lib/portfolio-state';
export * from './lib/position';
export * from './lib/trade';
