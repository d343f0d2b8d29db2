export interface DataDirLock {
  readonly dataDir: string;
  release(): Promise<void>;
}
/** Makes the folder, proves that it can be written, locks it against a second program. @throws UsageError */
export declare function acquireDataDir(dataDir: string): Promise<DataDirLock>;
