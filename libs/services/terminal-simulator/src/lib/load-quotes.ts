import type { terminal } from '@trading/contracts';
import type { Instrument } from '@trading/trading-market';

const FIRST_POINTS = 110_000;
const LEAST_POINTS = 50_000;
const SPREAD_POINTS = 10;

/** A random walk of one symbol's quotes, the same for the same seed. */
export class LoadQuotes {
  /** Ticks so far. */
  count = 0;
  private points = FIRST_POINTS;
  private lastUs = 0;
  private state: number;

  constructor(
    private readonly instrument: Instrument,
    seed: number,
  ) {
    this.state = seed >>> 0;
  }

  /** The next ticks as one frame, a microsecond apart where time allows, never going back. @param timeUs of the last */
  frame(ticks: number, timeUs: number): terminal.TickFrame {
    const { brokerSymbol } = this.instrument;
    const frame: terminal.TickFrame = { symbol: brokerSymbol, first: this.count + 1, t: [], b: [], a: [] };
    for (let left = ticks - 1; left >= 0; left -= 1) {
      this.step();
      this.lastUs = Math.max(this.lastUs, timeUs - left);
      frame.t.push(this.lastUs);
      frame.b.push(this.price(this.points));
      frame.a.push(this.price(this.points + SPREAD_POINTS));
    }
    this.count += ticks;
    return frame;
  }

  private step(): void {
    // Numerical Recipes' linear congruential generator; its high bits are the good ones.
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    this.points = Math.max(LEAST_POINTS, this.points + ((this.state >>> 24) % 7) - 3);
  }

  private price(points: number): string {
    const { digits } = this.instrument;
    return (points / 10 ** digits).toFixed(digits);
  }
}
