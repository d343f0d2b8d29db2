import { basename } from 'node:path';
import type { DataFacts } from '../front/data-facts';
import type { ModelChoice } from '../front/find-model';
import type { BegunRun } from '../front/run-record';
import type { UpOptions } from '../front/up-options';
import { paint } from './colours';
import { countText, dayText, moneyText, table } from './layout';

/** Something that can be reached, and where. */
export type Place = readonly [what: string, where: string];

export interface BannerFacts {
  readonly options: UpOptions;
  readonly data: DataFacts;
  readonly model: ModelChoice | undefined;
  readonly tradeFromUs: number | undefined;
  readonly run: BegunRun;
  /** As risk-manager has it: HALTED, REDUCING, ACTIVE. */
  readonly tradingState: string;
  readonly places: readonly Place[];
  /** Such as a port that was taken, or a simulator that was adopted. */
  readonly notes: readonly string[];
}

/** What a user sees first: that no money is at stake, where everything is, what is about to happen, what to try. */
export function banner(facts: BannerFacts, colours: boolean): string {
  const { options, run, places, tradingState, notes } = facts;
  const { bold, dim, good, bad } = paint(colours);
  const state = tradingState === 'ACTIVE' ? good(tradingState) : bad(`${tradingState}${stateAdvice(facts)}`);
  const rows = table([
    ['Mode', `${bold('PAPER')}: simulated broker, simulated money`],
    ['Account', `${run.accountId}, ${state}, ${moneyText(Number(options.balance))} USD, leverage ${options.leverage}`],
    ['Run', `${run.runId}${run.resumed ? ', resumed where it was interrupted' : ''}`],
    ['Data', dataText(facts)],
    ['Strategy', `${options.strategy}${parameterText(options)}`],
    ['Model', modelText(facts)],
    ...places,
    ['Kept in', options.dataDir],
    ['Note', notes.length === 0 ? undefined : notes.join('\n')],
    ['Try', `./trade explain last       why the last decision was made\n./trade halt --all         stop all trading`],
  ]);
  return `${bold('AI Trading System')}\n\n${rows}\n\n${dim('  Ctrl-C stops it; the same command goes on from there.')}\n`;
}

function stateAdvice({ run, tradingState }: BannerFacts): string {
  return tradingState === 'HALTED' ? `: no orders until ./trade resume ${run.accountId}` : '';
}

function dataText({ data, options }: BannerFacts): string {
  const names = data.files.map(({ path }) => basename(path)).join(', ');
  const what =
    data.kind === 'bars'
      ? `${countText(data.rows)} bars of ${data.fileTimeframe ?? data.timeframe}, ${countText(data.ticks)} ticks`
      : `${countText(data.ticks)} ticks`;
  return `${options.symbol}, ${dayText(data.fromUs)} to ${dayText(data.toUs)}, ${what}\n${names}`;
}

function parameterText({ strategyParams }: UpOptions): string {
  const pairs = Object.entries(strategyParams).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? '' : `\n${pairs.join(' ')}`;
}

function modelText({ model, tradeFromUs }: BannerFacts): string | undefined {
  if (model === undefined) return undefined;
  const name = `${model.name}/${model.version}`;
  if (tradeFromUs === undefined) return name;
  const until = dayText(model.trainedToUs - 1);
  return `${name}, trained on data to ${until}: orders start on ${dayText(tradeFromUs)}, on what it has not seen`;
}
