/** What a command gets of the process that it runs in. */
export interface CommandContext {
  /** The workspace. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly out: (line: string) => void;
}

/** One word of `main.js`. It throws {@link CommandFailed} for what its user can put right. */
export interface Command {
  readonly summary: string;
  /** Its options, as the help shows them. */
  readonly usage: string;
  readonly run: (args: readonly string[], context: CommandContext) => Promise<void> | void;
}

/** Ends the program with a sentence instead of a stack. */
export class CommandFailed extends Error {}

/** The value of an option that must be there. */
export function required(values: Readonly<Record<string, unknown>>, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new CommandFailed(`Say --${name}.`);
  return value;
}
