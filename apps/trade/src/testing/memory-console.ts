import type { Console } from '../cli/console';

/** A console that keeps what is written and answers questions with prepared words. */
export class MemoryConsole implements Console {
  readonly outs: string[] = [];
  readonly errs: string[] = [];
  readonly questions: string[] = [];

  /** @param answers somebody is there who gives them, in order; none: nobody is there */
  constructor(private readonly answers: string[] = []) {}

  get isInteractive(): boolean {
    return this.answers.length > 0;
  }

  get stdout(): string {
    return this.outs.join('\n');
  }

  get stderr(): string {
    return this.errs.join('\n');
  }

  out(text: string): void {
    this.outs.push(text);
  }

  err(text: string): void {
    this.errs.push(text);
  }

  progress(): void {
    // Nothing to keep: progress is for eyes.
  }

  async ask(question: string): Promise<string> {
    this.questions.push(question);
    return this.answers.shift() ?? '';
  }
}
