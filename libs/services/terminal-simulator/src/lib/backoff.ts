import { seededRandom } from './random';

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Waiting times between attempts to connect: doubling from 0.5 to 15 s, each shortened by up to half at random. */
export class Backoff {
  private attempt = 0;
  private readonly random: () => number;

  /** @param firstMs the longest first wait */
  constructor(
    seed: number,
    private readonly firstMs = FIRST_MS,
  ) {
    this.random = seededRandom(seed);
  }

  nextMs(): number {
    const fullMs = Math.min(LONGEST_MS, this.firstMs * 2 ** this.attempt);
    this.attempt += 1;
    return Math.round(fullMs * (0.5 + this.random() / 2));
  }

  /** To be called after a connection that worked. */
  reset(): void {
    this.attempt = 0;
  }
}
