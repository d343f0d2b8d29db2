import type { DataFacts } from '../front/data-facts';
import type { ModelChoice } from '../front/find-model';
import type { BegunRun } from '../front/run-record';
import type { UpOptions } from '../front/up-options';
export interface BannerFacts {
  readonly options: UpOptions;
  readonly data: DataFacts;
  readonly model: ModelChoice | undefined;
  readonly tradeFromUs: number | undefined;
  readonly run: BegunRun;
  /** As risk-manager has it: HALTED, REDUCING, ACTIVE. */
  readonly tradingState: string;
  readonly endpoints: {
    readonly http: string;
    readonly grpc: string;
    readonly terminal: string;
    readonly postgres?: string;
  };
  /** Such as a port that was taken, or a simulator that was adopted. */
  readonly notes: readonly string[];
}
export declare function banner(facts: BannerFacts, colours: boolean): string;
