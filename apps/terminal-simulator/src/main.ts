/**
 * A MetaTrader terminal and its broker, played from files: `node main.js --config file.json`. The fields of the file
 * are those of `simulatorConfigSchema`; exit codes are in `EXIT_CODE`.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FileProblem, writeFileAtomic } from '@trading/platform-files';
import { createLogger, type Logger } from '@trading/platform-logging';
import {
  EXIT_CODE,
  parseSimulatorConfig,
  SimulatorError,
  TerminalSimulator,
  type SimulatorConfig,
} from '@trading/service-terminal-simulator';
import { DataFileError } from '@trading/trading-market';
import { SimulationConfigInvalid } from '@trading/trading-simulation';

const PID_FILE = 'simulator.pid';

function exitCodeOf(error: unknown): number {
  if (error instanceof DataFileError || error instanceof FileProblem) return EXIT_CODE.data;
  if (error instanceof SimulationConfigInvalid) return EXIT_CODE.configuration;
  if (!(error instanceof SimulatorError)) return 1;
  switch (error.code) {
    case 'CONFIG_INVALID':
    case 'KEY_UNREADABLE':
    case 'TIMEFRAME_MISSING':
      return EXIT_CODE.configuration;
    case 'STATE_OF_OTHER_RUN':
    case 'JOURNAL_BROKEN':
    case 'STATE_UNWRITABLE':
    case 'RESUME_BEYOND_DATA':
      return EXIT_CODE.state;
  }
}

function readConfig(): SimulatorConfig {
  let path: string | undefined;
  try {
    path = parseArgs({ options: { config: { type: 'string' } } }).values.config;
  } catch (cause) {
    throw new SimulatorError('CONFIG_INVALID', 'Usage: node main.js --config file.json', { cause });
  }
  if (path === undefined) throw new SimulatorError('CONFIG_INVALID', 'Usage: node main.js --config file.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SimulatorError('CONFIG_INVALID', `The configuration ${path} cannot be read.`, { cause });
  }
  return parseSimulatorConfig(text);
}

async function work(config: SimulatorConfig, logger: Logger): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  const simulator = await TerminalSimulator.open(config, logger);
  const { fingerprint, stateFolder } = config;
  const pidFile = join(stateFolder, PID_FILE);
  await writeFileAtomic(pidFile, `${JSON.stringify({ pid: process.pid, fingerprint })}\n`);
  try {
    const reason = await simulator.run(stop.signal);
    logger.info({ reason }, 'The terminal simulator stops.');
    return EXIT_CODE[reason];
  } finally {
    if (isOurs(pidFile)) rmSync(pidFile, { force: true });
  }
}

/** A newer simulator may have written its own. */
function isOurs(pidFile: string): boolean {
  try {
    return (JSON.parse(readFileSync(pidFile, 'utf8')) as { pid?: unknown }).pid === process.pid;
  } catch {
    return false;
  }
}

async function main(): Promise<void> {
  let logger = createLogger({ level: 'info', destination: 'stderr', base: { service: 'terminal-simulator' } });
  try {
    const config = readConfig();
    logger = createLogger({
      level: config.logLevel,
      destination: 'stderr',
      base: { service: 'terminal-simulator', login: config.login },
    });
    process.exitCode = await work(config, logger);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'UNEXPECTED';
    process.exitCode = exitCodeOf(error);
    const isExpected = process.exitCode !== 1;
    logger.error(isExpected ? { code } : { code, error }, error instanceof Error ? error.message : String(error));
  }
}

void main();
