import type { Logger } from '@trading/platform-logging';
import type { BegunRun } from '../front/run-record';
import type { UpOptions } from '../front/up-options';
import { banner } from '../report/banner';
import { wantsColours } from '../report/colours';
import { finalReport } from '../report/final-report';
import { conclude } from './conclude';
import { play } from './play';
import type { Prepared } from './prepare';
import type { TradingSystem } from './trading-system';
import { tradingStateOf } from './trading-state';

/** Plays the data to its end and reports. Returns the exit code of the run; undefined when it was interrupted. */
export async function tradeRun(
  system: TradingSystem,
  options: UpOptions,
  prepared: Prepared,
  logger: Logger,
  isStopping: () => boolean,
): Promise<number | undefined> {
  const { facts, record } = prepared;
  const out = options.json ? process.stderr : process.stdout;
  const colours = wantsColours(out, process.env);
  const { accountId } = facts.run;
  const notes = [...beginningNotes(facts.run), ...system.notes];
  const tradingState = await tradingStateOf(system, accountId, isStopping);
  const { data, model, run } = facts;
  out.write(
    `${banner({ options, data, model, tradeFromUs: model?.trainedToUs, run, tradingState, places: system.places, notes }, colours)}\n`,
  );
  const played = await play(system, facts, out, isStopping);
  if (played === undefined) return undefined;
  const { summary, exitCode, complaints } = await conclude(system, facts, played);
  await record.finish();
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else out.write(`${finalReport(summary, { colours, servesOn: !options.exitAtEnd })}\n`);
  for (const complaint of complaints) logger.error({}, complaint);
  return exitCode;
}

/** How this run stands to the one before it. */
function beginningNotes({ resumed, previous }: BegunRun): string[] {
  if (resumed) return ['Resuming the interrupted run at its last barrier.'];
  if (previous?.state !== 'finished') return [];
  return [
    `${previous.runId} had finished, so there was nothing to resume: this is the next run, with a fresh account.`,
  ];
}
