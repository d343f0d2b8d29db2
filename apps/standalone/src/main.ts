/**
 * `./trade up`: the six services in one process, with embedded stores and a simulated terminal, playing market data
 * through all of them. Start reading at `system/system.ts`.
 */
import { HealthDirectory } from '@trading/platform-health';
import { redact } from '@trading/platform-logging';
import { startTracing } from '@trading/platform-tracing';
import { databaseUrlOf } from './front/database-url';
import { parseUpOptions } from './front/options';
import { surroundingsOf } from './front/surroundings';
import { chooseListenPorts } from './system/listen-ports';
import { runProgram } from './system/run-program';
import { createHost } from './system/services';
import { startSystem } from './system/system';

/** What the trace collector may take at the end, in milliseconds: less than each part may take to close. */
const LAST_SPANS_MS = 3_000;

const health = new HealthDirectory();

void runProgram({
  name: 'standalone',
  parse: () => parseUpOptions(process.argv.slice(2), process.env),
  check: async (options) => {
    databaseUrlOf(process.env);
    surroundingsOf(process.env);
    await chooseListenPorts(options);
  },
  health,
  grpcHost: createHost(async (service) => (await health.check(service))?.isReady ?? true),
  drainMs: 2_000,
  start: (_options, { facts }, lifecycle, logger, onDefect) => {
    const stopTracing = startTracing(surroundingsOf(process.env), {
      service: 'standalone',
      log: logger,
      clean: (text) => String(redact(text)),
    });
    if (stopTracing !== undefined) lifecycle.addClosing('tracing', () => stopTracing(LAST_SPANS_MS));
    return startSystem(facts, lifecycle, logger, onDefect);
  },
});
