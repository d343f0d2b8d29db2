import { runProcess, type ProcessLifecycle } from '@trading/platform-bootstrap';
import type { GrpcHost } from '@trading/platform-grpc';
import type { HealthDirectory } from '@trading/platform-health';
import { createLogger, type Logger } from '@trading/platform-logging';
import { exitCodeOf } from '../front/exit-code';
import type { ParsedCommand } from '../front/options';
import type { UpOptions } from '../front/up-options';
import { prepare, type Prepared, type Preparation } from './prepare';
import { tradeRun } from './trade-run';
import type { TradingSystem } from './trading-system';

/** One of the programs that trade a run: how it is told, and how its system is started. */
export interface RunProgram<O extends UpOptions> extends Preparation<O> {
  readonly name: string;
  readonly parse: () => ParsedCommand<O>;
  readonly health: HealthDirectory;
  readonly grpcHost: GrpcHost;
  /** What calls under way may take at the end, in milliseconds; half of what each part may take to close. */
  readonly drainMs: number;
  /** Whatever was started is handed to the lifecycle at once. `onDefect` ends the program with 1. */
  readonly start: (
    options: O,
    prepared: Prepared,
    lifecycle: ProcessLifecycle,
    logger: Logger,
    onDefect: (reason: string) => void,
  ) => Promise<TradingSystem>;
}

/** One paragraph on stderr; the exit code says what kind of trouble it is. */
function complain(error: unknown): number {
  const code = exitCodeOf(error);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return code ?? 1;
}

/** Reads the options, prepares the run, starts the system, trades and reports; then serves on or ends. */
export async function runProgram<O extends UpOptions>(program: RunProgram<O>): Promise<void> {
  let prepared: Prepared;
  let options: O;
  try {
    const command = program.parse();
    if (command.kind === 'help') {
      process.stdout.write(command.text);
      return;
    }
    options = command.options;
    prepared = await prepare(options, program);
  } catch (error) {
    process.exitCode = complain(error);
    return;
  }
  await run(program, options, prepared);
}

async function run<O extends UpOptions>(program: RunProgram<O>, options: O, prepared: Prepared): Promise<void> {
  const { name, health, grpcHost, drainMs } = program;
  const logger = createLogger({
    level: options.logLevel,
    pretty: process.stderr.isTTY,
    destination: 'stderr',
    base: { service: name },
  });
  let exitCode: number | undefined;
  const signals = { received: false };
  let system: TradingSystem | undefined;
  const port = {
    on: (event: string, listener: (...args: never[]) => void) =>
      process.on(event, (...args: unknown[]) => {
        if (event.startsWith('SIG')) signals.received = true;
        (listener as (...all: unknown[]) => void)(...args);
      }),
    exit: (code: number) => process.exit(exitCode ?? code),
  };
  const lifecycle = await runProcess({
    name,
    logger,
    health,
    grpcHost,
    drainMs,
    process: port,
    complain: (text) => process.stderr.write(text),
    start: async (starting) => {
      starting.addClosing('data folder', () => prepared.lock.release());
      try {
        system = await program.start(options, prepared, starting, logger, (reason) => {
          process.stderr.write(`${reason}\n`);
          exitCode = 1;
          void starting.shutdown('a defect').then(() => process.exit(1));
        });
      } catch (error) {
        exitCode = starting.stopRequested.aborted ? undefined : exitCodeOf(error);
        throw error;
      }
    },
  });
  if (system === undefined) return;
  try {
    exitCode = await tradeRun(system, options, prepared, logger, () => signals.received);
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
