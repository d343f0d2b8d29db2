// What a run says of itself: the banner before it, its progress, and at the end the summary, its files and the words.
// Writes the files of the run and to the output it is handed. Start reading at summary.ts, then build-summary.ts.
export * from './banner';
export * from './build-summary';
export * from './colours';
export * from './fail-conditions';
export * from './files';
export * from './final-report';
export * from './metrics';
export * from './progress';
export type * from './summary';
