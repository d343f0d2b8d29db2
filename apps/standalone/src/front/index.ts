// The front desk: what the user asks for, what the data holds, which model, and which run it is, all settled before
// anything is started. May read files and ports; knows no service. Start reading at options.ts, then inspect-data.ts.
export * from './data-dir';
export type * from './data-facts';
export * from './default-data';
export * from './exit-code';
export * from './find-model';
export * from './fingerprint';
export * from './inspect-data';
export * from './listen-port';
export * from './options';
export * from './process-identity';
export * from './run-record';
export type * from './up-options';
export * from './usage-error';
