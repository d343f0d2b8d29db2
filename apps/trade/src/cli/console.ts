import { createInterface } from 'node:readline/promises';

/** Where a command reads and writes. Results go to `out`; what is said on the way goes to `err`. */
export interface Console {
  out(text: string): void;
  err(text: string): void;
  /** Replaces the last line of `err` on a terminal; says nothing elsewhere. */
  progress(text: string): void;
  /** Somebody is there to answer. */
  readonly isInteractive: boolean;
  ask(question: string): Promise<string>;
}

/** The console of this process. */
export function processConsole(): Console {
  // Whoever reads us may stop reading, as `head` does: nothing is wrong then, and nobody is left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    progress: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
    },
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
  };
}
