/** What still has to go when the process leaves at once, as at a second Ctrl-C, and does not end what it started in order. */
export class LeavingAtOnce {
  private readonly last = new Map<string, () => void>();

  constructor(onExit: (listener: () => void) => unknown = (listener) => process.once('exit', listener)) {
    onExit(() => {
      for (const end of this.last.values()) end();
    });
  }

  /** @param end may not wait for anything */
  set(name: string, end: () => void): void {
    this.last.set(name, end);
  }

  /** It was ended in order. */
  clear(name: string): void {
    this.last.delete(name);
  }
}
