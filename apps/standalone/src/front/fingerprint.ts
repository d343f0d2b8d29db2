import { createHash } from 'node:crypto';
import { STRATEGIES } from '@trading/trading-strategy';
import type { DataFacts } from './data-facts';
import type { ModelChoice } from './find-model';
import type { UpOptions } from './up-options';

/** What a run results from. */
export interface RunIdentity {
  /** SHA-256 over the description. */
  readonly fingerprint: string;
  /** Everything that decides the results, by the name under which a user knows it. */
  readonly description: Readonly<Record<string, string>>;
}

/**
 * Speed, ports and output are not in it: they change nothing that is counted.
 * @param home where the run's state is kept, when not in one process
 */
export function identityOf(
  options: UpOptions,
  facts: DataFacts,
  model: ModelChoice | undefined,
  home?: string,
): RunIdentity {
  const { strategy, strategyParams } = options;
  const parameters = Object.entries(strategyParams).sort(([a], [b]) => (a < b ? -1 : 1));
  const description = {
    data: facts.files.map(({ sha256 }) => sha256).join(' '),
    symbol: options.symbol,
    timeframe: facts.timeframe,
    tz: options.tz ?? 'none',
    'on-bad-row': options.onBadRow,
    strategy: `${strategy} ${STRATEGIES[strategy]?.version ?? ''}`.trim(),
    'strategy-param': parameters.map(([name, value]) => `${name}=${value}`).join(' '),
    model: model === undefined ? 'none' : `${model.name}/${model.version} ${model.digest}`,
    balance: options.balance,
    leverage: String(options.leverage),
    commission: options.commission,
    spread: facts.spreadPoints === undefined ? "the data's" : String(facts.spreadPoints),
    slippage: String(options.slippage),
    path: facts.kind === 'bars' ? options.path : 'none',
    seed: String(options.seed),
    ...(home !== undefined && { system: home }),
  };
  return { fingerprint: createHash('sha256').update(JSON.stringify(description)).digest('hex'), description };
}
