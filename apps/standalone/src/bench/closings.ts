/** What is to be ended whatever happens, the latest first, each once. */
export class Closings {
  private readonly steps: (() => Promise<void>)[] = [];

  readonly add = (step: () => Promise<void>): void => {
    this.steps.push(step);
  };

  /** Also ends what is added meanwhile. A step that fails keeps no other from being taken. */
  async close(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      await step().catch((error: unknown) => console.error(`While ending: ${String(error)}`));
    }
  }
}
