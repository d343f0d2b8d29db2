// Files on this machine's disk: reading text of any size (gzip included), writing so that a file is either old or new
// whole, and digests. Knows nothing about what is in them. Start reading at lib/read-text-chunks.ts.
export * from './lib/file-problem';
export * from './lib/read-text-chunks';
export * from './lib/write-file-atomic';
export * from './lib/file-sha256';
