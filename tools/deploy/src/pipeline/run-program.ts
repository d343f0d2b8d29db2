import { spawnSync } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without a shell. */
export type RunProgram = (program: string, args: readonly string[]) => Ended;

/** Runs programs of this machine; what could not be started ends with 127. */
export const runProgram: RunProgram = (program, args) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  return { code: status ?? (error === undefined ? 1 : 127), stdout, stderr: error?.message ?? stderr };
};
