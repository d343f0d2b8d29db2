import type { Summary } from '../report/summary';
import type { Ended } from './program';

/** What the clock on the wall decides, and what is named after the run and its folder. */
const VARYING = new Set(['latencyUs', 'ticksPerSecond', 'elapsedS', 'runId', 'runAccount', 'files']);

/** The summary that a program with `--json` printed: its whole standard output. */
export function summaryOf({ out, err, code }: Ended): Summary {
  try {
    return JSON.parse(out) as Summary;
  } catch {
    throw new Error(
      `Standard output is not one JSON object (exit code ${code}): ${out.slice(0, 300)} ${err.slice(-2000)}`,
    );
  }
}

/** The text that two runs of the same data, options and seed share, to the byte. */
export function comparable(summary: Summary): string {
  return JSON.stringify(Object.entries(summary).filter(([name]) => !VARYING.has(name)));
}
