import { countText, dayText, durationText, moneyText } from './layout';

export interface ProgressState {
  /** Played so far. */
  readonly ticks: number;
  /** Simulated time. */
  readonly timeUs: number;
  /** Decimal string. */
  readonly equity: string;
  /** Signed lots, decimal string. */
  readonly position: string;
  /** The last decision in words. */
  readonly lastWords: string;
}

export interface ProgressOutput {
  write(text: string): unknown;
  readonly columns?: number | undefined;
}

const REDRAW_MS = 100;
const LINE_MS = 2000;

/**
 * How a run is getting on. On a terminal two lines that are redrawn; elsewhere a line every two seconds. Call `done`
 * before anything else is written to the same output.
 */
export class Progress {
  private startedMs: number | undefined;
  private startTicks = 0;
  private shownMs = -Infinity;
  private isDrawn = false;
  private pending: ProgressState | undefined;

  /** @param total ticks of the whole run */
  constructor(
    private readonly out: ProgressOutput,
    private readonly isTty: boolean,
    private readonly total: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  update(state: ProgressState): void {
    const now = this.nowMs();
    if (this.startedMs === undefined) {
      this.startedMs = now;
      this.startTicks = state.ticks;
    }
    this.pending = state;
    if (now - this.shownMs < (this.isTty ? REDRAW_MS : LINE_MS)) return;
    this.show(state, now);
  }

  /** Shows the last state if it was not, and leaves the cursor below it. */
  done(): void {
    if (this.pending) this.show(this.pending, this.nowMs());
    this.isDrawn = false;
  }

  private show(state: ProgressState, now: number): void {
    this.shownMs = now;
    this.pending = undefined;
    const lines = [this.pace(state, now), `${this.standing(state)}  ${state.lastWords}`];
    if (!this.isTty) {
      this.out.write(`${lines.join('  ').trimEnd()}\n`);
      return;
    }
    // A line that wraps would not be overwritten whole.
    const width = Math.max(20, (this.out.columns ?? 100) - 1);
    const text = lines.map((line) => `\r\u001b[2K${cut(line.trimEnd(), width)}\n`).join('');
    this.out.write(`${this.isDrawn ? '\u001b[2A' : ''}${text}`);
    this.isDrawn = true;
  }

  private pace({ ticks }: ProgressState, now: number): string {
    const share = this.total > 0 ? Math.min(1, ticks / this.total) : 1;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const played = ticks - this.startTicks;
    const seconds = (now - (this.startedMs ?? now)) / 1000;
    const rate = seconds > 0 ? played / seconds : 0;
    const counted = `${percent}  ${countText(ticks)} of ${countText(this.total)} ticks`;
    if (rate === 0) return counted;
    const left = ticks < this.total ? `, ${durationText((this.total - ticks) / rate)} left` : '';
    return `${counted}, ${countText(Math.round(rate))}/s${left}`;
  }

  private standing({ timeUs, equity, position }: ProgressState): string {
    const held =
      Number(position) === 0 ? 'flat' : `${Number(position) > 0 ? 'long' : 'short'} ${position.replace(/^[-+]/, '')}`;
    return `       ${dayText(timeUs)}  equity ${moneyText(Number(equity))}  ${held}`.slice(this.isTty ? 0 : 7);
  }
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
