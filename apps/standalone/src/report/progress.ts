export interface ProgressState {
  readonly ticks: number;
  readonly timeUs: number;
  readonly equity: string;
  /** Signed lots. */ readonly position: string;
  readonly lastWords: string;
}
export interface ProgressOutput {
  write(text: string): unknown;
  readonly columns?: number;
}
export declare class Progress {
  constructor(out: ProgressOutput, isTty: boolean, total: number, nowMs?: () => number);
  update(state: ProgressState): void;
  done(): void;
}
