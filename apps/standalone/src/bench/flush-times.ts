import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { timesOf } from './timing';

/** A line appended to a file and flushed to the disk, as the simulator's journal does before it answers, in µs. */
export async function flushTimes(file: string, count: number, bytes: number): Promise<number[]> {
  const opened = openSync(file, 'a');
  const line = Buffer.alloc(bytes, 'x');
  try {
    return await timesOf(count, async () => {
      writeSync(opened, line);
      fsyncSync(opened);
    });
  } finally {
    closeSync(opened);
    rmSync(file, { force: true });
  }
}
