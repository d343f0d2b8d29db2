/**
 * `./trade dev`: the six services as processes of their own over real stores, with a simulated terminal, playing market
 * data through all of them. Start reading at `six-processes/six-system.ts`.
 */
import { GrpcHost } from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { exitCodeOf } from './front/exit-code';
import { parseDevCommand, type DevOptions } from './six-processes/dev-options';
import { doTask } from './six-processes/dev-tasks';
import { checkPointers } from './six-processes/pointed-to';
import { chooseSixPorts } from './six-processes/six-ports';
import { startSixSystem } from './six-processes/six-system';
import { runProgram } from './system/run-program';

/** Half of what the services together may take to drain. */
const DRAIN_MS = 40_000;

async function main(): Promise<void> {
  const command = parseDevCommand(process.argv.slice(2), process.env);
  if (command.kind === 'task') {
    process.exitCode = await doTask(command);
    return;
  }
  await runProgram<DevOptions>({
    name: 'dev',
    parse: () => command,
    check: async ({ ports }) => {
      checkPointers(process.env);
      await chooseSixPorts(ports);
    },
    home: 'six processes',
    health: new HealthDirectory(),
    // Nothing is served from here.
    grpcHost: new GrpcHost(),
    drainMs: DRAIN_MS,
    start: (options, prepared, lifecycle, logger) => startSixSystem(options, prepared, lifecycle, logger),
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error) ?? 1;
});
