import { CRASH_POINTS, isCrashPoint, type CrashPointName } from './crash-points';

/** CRASH_AT names no point, or no number of passes. */
export class CrashPointUnknown extends Error {
  readonly code = 'CRASH_POINT_UNKNOWN';

  constructor(readonly asked: string) {
    super(`CRASH_AT: expected name or name:n with one of ${CRASH_POINTS.join(', ')}; found "${asked}".`);
  }
}

/** Counts how often one point is passed and ends the process at the n-th time. */
export class CrashSwitch {
  private passes = 0;

  private constructor(
    private readonly point: CrashPointName,
    private readonly atPass: number,
    private readonly die: () => void,
  ) {}

  /**
   * @param text `name`, or `name:n` for the n-th pass from 1
   * @throws CrashPointUnknown for anything else, so that a mistyped name does not pass for a survived crash
   */
  static of(text: string, die: () => void): CrashSwitch {
    const [, name = '', pass = '1'] = /^([a-z.-]+)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
    if (!isCrashPoint(name)) throw new CrashPointUnknown(text);
    return new CrashSwitch(name, Number(pass), die);
  }

  pass(point: CrashPointName): void {
    if (point !== this.point) return;
    this.passes += 1;
    if (this.passes === this.atPass) this.die();
  }
}
