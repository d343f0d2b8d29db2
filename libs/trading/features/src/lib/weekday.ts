const US_PER_DAY = 86_400_000_000;

// Written out, not computed: libraries of sine differ in the last bit between versions of V8, and a trained model's bytes
// must not.
const SIN = [
  0, 0.7818314824680298, 0.9749279121818236, 0.4338837391175582, -0.4338837391175582, -0.9749279121818236,
  -0.7818314824680298,
];
const COS = [
  1, 0.6234898018587336, -0.2225209339563144, -0.9009688679024191, -0.9009688679024191, -0.2225209339563144,
  0.6234898018587336,
];

/** The UTC day of the week (Sunday 0) as a point on the unit circle. */
export function weekdayOnCircle(timeUs: number): { readonly sin: number; readonly cos: number } {
  // 1970-01-01 was a Thursday.
  const weekday = (((Math.floor(timeUs / US_PER_DAY) + 4) % 7) + 7) % 7;
  return { sin: SIN[weekday] ?? NaN, cos: COS[weekday] ?? NaN };
}
