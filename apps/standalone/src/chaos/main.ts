/**
 * Breaks the system on purpose and compares what is left: `node main.js [command] [--seed N] …`. The last line of the
 * output is the result as JSON; exit code 1 says that something did not hold. Start reading at `commands.ts`.
 */
import { commandOf } from './commands';

async function run(): Promise<void> {
  const { name, work } = commandOf(process.argv.slice(2));
  const result = await work((line) => void process.stderr.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify({ command: name, ...result })}\n`);
  process.exitCode = result.failures.length === 0 ? 0 : 1;
}

// What was started is ended at the exit.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130));

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
