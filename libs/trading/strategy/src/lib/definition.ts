import type { ParameterSpec } from './parameters';
import type { Strategy } from './strategy';

/** A strategy as it is registered: its parameters, and how to start or continue one. */
export interface StrategyDefinition {
  readonly name: string;
  /** Changes whenever the same inputs could give other intents. */
  readonly version: string;
  readonly description: string;
  /** Whether it trades on predictions. */
  readonly needsModel: boolean;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Defaults that follow from which parameters were given; `values` is complete, `given` are the names set by hand. */
  readonly complete?: (values: Readonly<Record<string, number>>, given: ReadonlySet<string>) => Record<string, number>;
  /** Starts a strategy, or continues one from `state`, a snapshot of the same definition and parameters. */
  create(parameters: Readonly<Record<string, number>>, state?: unknown): Strategy;
}
