import type { RunIdentity } from './fingerprint';
export interface RunState {
  readonly number: number;
  readonly runId: string;
  readonly accountId: string;
  readonly fingerprint: string;
  readonly description: Readonly<Record<string, string>>;
  readonly state: 'running' | 'finished';
  readonly startedAt: string;
}
export interface BegunRun {
  readonly number: number;
  readonly runId: string;
  readonly accountId: string;
  /** An interrupted run goes on. */
  readonly resumed: boolean;
  /** The run before this one, whatever became of it. */
  readonly previous: RunState | undefined;
}
export declare class RunRecord {
  static open(dataDir: string, now?: () => Date): Promise<RunRecord>;
  readonly current: RunState | undefined;
  /** @throws UsageError when an unfinished run differs and `fresh` is not asked for */
  begin(identity: RunIdentity, fresh: boolean): Promise<BegunRun>;
  finish(): Promise<void>;
}
