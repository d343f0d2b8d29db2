import { explainFailure } from './explain-failure';
import { type LifecycleOptions, ProcessLifecycle, type ProcessPort } from './process-lifecycle';

export interface RunProcessOptions extends LifecycleOptions {
  /** The process's name in messages. */
  readonly name: string;
  /**
   * Starts everything and adds it to the lifecycle; what was added before a failure is stopped again. It may give up
   * once `lifecycle.stopRequested` is aborted.
   */
  readonly start: (lifecycle: ProcessLifecycle) => Promise<void>;
  readonly process?: ProcessPort;
  /** Takes the paragraph on a failed start. Default: standard error. */
  readonly complain?: (text: string) => void;
}

/**
 * Runs a process until SIGTERM or SIGINT, then shuts it down in order and exits with 0; a second signal exits at once
 * with 1. An error that nobody handles is one line in the log and exit code 1: state is safe at any instant, and a
 * process in an unknown condition is not. Returns when everything has started.
 */
export async function runProcess(options: RunProcessOptions): Promise<ProcessLifecycle> {
  const { name, logger, process: port = process, complain = toStandardError } = options;
  const lifecycle = new ProcessLifecycle(options);
  let signals = 0;
  let starting: Promise<void> = Promise.resolve();

  const onSignal = (signal: string): void => {
    signals += 1;
    if (signals > 1) {
      logger.warn({ signal }, 'Second signal: leaving at once.');
      port.exit(1);
      return;
    }
    lifecycle.requestStop();
    // A start under way may not be left half done: what it is about to add has to be stopped as well.
    void starting
      .catch(() => undefined)
      .then(() => lifecycle.shutdown(signal))
      .then(() => port.exit(0));
  };
  const onFailure = (error: unknown): void => {
    logger.error({ error }, 'An error that nobody handled: leaving.');
    port.exit(1);
  };
  port.on('SIGTERM', onSignal);
  port.on('SIGINT', onSignal);
  port.on('unhandledRejection', onFailure);
  port.on('uncaughtException', onFailure);

  try {
    starting = options.start(lifecycle);
    await starting;
  } catch (error) {
    // A start that was given up because of a signal has not failed; the signal ends the process.
    if (lifecycle.stopRequested.aborted) return lifecycle;
    complain(explainFailure(name, error));
    logger.debug({ error }, 'The start failed.');
    await lifecycle.shutdown('failed start');
    port.exit(1);
  }
  return lifecycle;
}

/**
 * Runs a `main` that reads its configuration and then calls {@link runProcess}: what it throws before becomes one
 * paragraph on standard error and exit code 1.
 */
export async function runMain(
  name: string,
  main: () => Promise<unknown>,
  { process: port = process, complain = toStandardError }: Pick<RunProcessOptions, 'process' | 'complain'> = {},
): Promise<void> {
  try {
    await main();
  } catch (error) {
    complain(explainFailure(name, error));
    port.exit(1);
  }
}

function toStandardError(text: string): void {
  process.stderr.write(text);
}
