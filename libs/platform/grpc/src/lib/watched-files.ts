import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** How often files are looked at where nobody says otherwise, in milliseconds. */
export const CHECK_FILES_EVERY_MS = 5_000;

/** What is in each file that was named. */
export type FileContents<Name extends string> = Readonly<Partial<Record<Name, Buffer>>>;

/**
 * Files whose contents belong together and may be replaced while the process runs. They are read again every few
 * seconds instead of watched: a mounted secret changes by a swap of links, which notifications miss, and the files are
 * small.
 */
export class WatchedFiles<Name extends string> {
  private readonly paths: readonly (readonly [Name, string])[];
  private timer: NodeJS.Timeout | undefined;
  private seen: FileContents<Name>;

  /**
   * @param onChange takes what changed; when it throws, the change counts as not taken and comes again
   * @throws what reading throws, for a file that cannot be read at the start
   */
  constructor(
    paths: Readonly<Partial<Record<Name, string | undefined>>>,
    private readonly onChange: (contents: FileContents<Name>) => void,
    private readonly onFailure: (error: unknown) => void,
  ) {
    const entries = Object.entries(paths) as [Name, string | undefined][];
    this.paths = entries.flatMap(([name, path]) => (path === undefined ? [] : [[name, path] as const]));
    const seen: Partial<Record<Name, Buffer>> = {};
    for (const [name, path] of this.paths) {
      seen[name] = readFileSync(path);
    }
    this.seen = seen;
  }

  get contents(): FileContents<Name> {
    return this.seen;
  }

  watch(everyMs: number): void {
    if (this.paths.length > 0) {
      this.timer = setInterval(() => void this.check(), everyMs);
      this.timer.unref();
    }
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Reads the files now; never rejects. What cannot be read leaves things as they are. */
  async check(): Promise<void> {
    try {
      const next: Partial<Record<Name, Buffer>> = {};
      let isChanged = false;
      for (const [name, path] of this.paths) {
        const content = await readFile(path);
        next[name] = content;
        isChanged ||= this.seen[name]?.equals(content) !== true;
      }
      if (isChanged) {
        this.onChange(next);
        this.seen = next;
      }
    } catch (error) {
      this.onFailure(error);
    }
  }
}
