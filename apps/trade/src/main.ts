/**
 * The command line behind `./trade`: operates a running system through its gRPC door, trains models, looks after the
 * machine. `cli/` reads the command line, `commands/` holds one file per command, `system/` reaches the running system.
 */
import { processConsole } from './cli/console';
import { runCli } from './cli/run-cli';

void runCli(process.argv.slice(2), { console: processConsole(), env: process.env, cwd: process.cwd() }).then((code) => {
  process.exitCode = code;
});
