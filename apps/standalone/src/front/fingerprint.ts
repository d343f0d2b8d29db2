import type { DataFacts } from './data-facts';
import type { ModelChoice } from './find-model';
import type { UpOptions } from './up-options';
/** Everything that decides what a run results in, by its name. */
export interface RunIdentity {
  readonly fingerprint: string;
  readonly description: Readonly<Record<string, string>>;
}
export declare function identityOf(options: UpOptions, facts: DataFacts, model: ModelChoice | undefined): RunIdentity;
