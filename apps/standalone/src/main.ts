/**
 * `./trade up`: the six services in one process, with embedded stores and a simulated terminal, playing market data
 * through all of them. Start reading at `system/system.ts`.
 */
import { HealthDirectory } from '@trading/platform-health';
import { databaseUrlOf } from './front/database-url';
import { parseUpOptions } from './front/options';
import { chooseListenPorts } from './system/listen-ports';
import { runProgram } from './system/run-program';
import { createHost } from './system/services';
import { startSystem } from './system/system';

const health = new HealthDirectory();

void runProgram({
  name: 'standalone',
  parse: () => parseUpOptions(process.argv.slice(2), process.env),
  check: async (options) => {
    databaseUrlOf(process.env);
    await chooseListenPorts(options);
  },
  health,
  grpcHost: createHost(async (service) => (await health.check(service))?.isReady ?? true),
  drainMs: 2_000,
  start: (_options, { facts }, lifecycle, logger, onDefect) => startSystem(facts, lifecycle, logger, onDefect),
});
