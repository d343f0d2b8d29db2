/**
 * `./trade up`: the six services in one process, with embedded stores and a simulated terminal, playing market data
 * through all of them. Start reading at `system/system.ts`.
 */
import { HealthDirectory } from '@trading/platform-health';
import { runProcess } from '@trading/platform-bootstrap';
import { createLogger, type Logger } from '@trading/platform-logging';
import { exitCodeOf } from './front/exit-code';
import { parseUpOptions } from './front/options';
import type { BegunRun } from './front/run-record';
import type { UpOptions } from './front/up-options';
import { banner } from './report/banner';
import { wantsColours } from './report/colours';
import { finalReport } from './report/final-report';
import { conclude } from './system/conclude';
import { play } from './system/play';
import { prepare, type Prepared } from './system/prepare';
import { createHost } from './system/services';
import { startSystem, type System } from './system/system';
import { tradingStateOf } from './system/trading-state';

/** One paragraph on stderr; the exit code says what kind of trouble it is. */
function complain(error: unknown): number {
  const code = exitCodeOf(error);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return code ?? 1;
}

async function main(): Promise<void> {
  let prepared: Prepared;
  let options: UpOptions;
  try {
    const command = parseUpOptions(process.argv.slice(2), process.env);
    if (command.kind === 'help') {
      process.stdout.write(command.text);
      return;
    }
    options = command.options;
    prepared = await prepare(options);
  } catch (error) {
    process.exitCode = complain(error);
    return;
  }
  await run(options, prepared);
}

async function run(options: UpOptions, prepared: Prepared): Promise<void> {
  const logger = createLogger({
    level: options.logLevel,
    pretty: process.stderr.isTTY,
    destination: 'stderr',
    base: { service: 'standalone' },
  });
  const health = new HealthDirectory();
  const grpcHost = createHost(async (service) => (await health.check(service))?.isReady ?? true);
  let exitCode: number | undefined;
  const signals = { received: false };
  let system: System | undefined;
  const port = {
    on: (event: string, listener: (...args: never[]) => void) =>
      process.on(event, (...args: unknown[]) => {
        if (event.startsWith('SIG')) signals.received = true;
        (listener as (...all: unknown[]) => void)(...args);
      }),
    exit: (code: number) => process.exit(exitCode ?? code),
  };
  const lifecycle = await runProcess({
    name: 'standalone',
    logger,
    health,
    grpcHost,
    drainMs: 2_000,
    process: port,
    complain: (text) => process.stderr.write(text),
    start: async (starting) => {
      starting.addClosing('data folder', () => prepared.lock.release());
      try {
        system = await startSystem(prepared.facts, starting, logger, (reason) => {
          process.stderr.write(`${reason}\n`);
          exitCode = 1;
          void starting.shutdown('a defect').then(() => process.exit(1));
        });
      } catch (error) {
        exitCode = exitCodeOf(error);
        throw error;
      }
    },
  });
  if (system === undefined) return;
  try {
    exitCode = await trade(system, options, prepared, logger, () => signals.received);
  } catch (error) {
    if (!signals.received) {
      exitCode = complain(error);
      await lifecycle.shutdown('the run failed');
      process.exit(exitCode);
    }
  }
  if (options.exitAtEnd && !signals.received) {
    await lifecycle.shutdown('the data has ended');
    process.exit(exitCode ?? 0);
  }
}

/** Plays the data to its end and reports. Returns the exit code of the run; undefined when it was interrupted. */
async function trade(
  system: System,
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
  const { options: opts, data, model, run } = facts;
  out.write(
    `${banner({ options: opts, data, model, tradeFromUs: model?.trainedToUs, run, tradingState, endpoints: system.endpoints, notes }, colours)}\n`,
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

void main();
