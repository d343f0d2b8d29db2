const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Waiting times between attempts to connect: doubling from 0.5 to 15 s, each shortened by up to half at random. */
export class Backoff {
  private attempt = 0;
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  nextMs(): number {
    const fullMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.attempt);
    this.attempt += 1;
    return Math.round(fullMs * (0.5 + this.random() / 2));
  }

  /** To be called after a connection that worked. */
  reset(): void {
    this.attempt = 0;
  }

  /** Mulberry32 (Tommy Ettinger), 0 to 1. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
