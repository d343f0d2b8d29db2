/** How the prices of a bar are assumed to have moved between its open and its close. */
export type PathModel = 'OHLC' | 'OLHC' | 'adaptive' | 'worst';
export type PathOrder = 'high-first' | 'low-first';

export const PATH_MODELS: readonly PathModel[] = ['OHLC', 'OLHC', 'adaptive', 'worst'];

/**
 * Which extreme of a bar is reached first. `adaptive`: the one nearer to the open (a tie: the low). `worst`: the one
 * against the position held, so that its stop is met before its target; `adaptive` while flat.
 */
export function pathOrder(
  model: PathModel,
  open: number,
  high: number,
  low: number,
  positionSign: -1 | 0 | 1,
): PathOrder {
  switch (model) {
    case 'OHLC':
      return 'high-first';
    case 'OLHC':
      return 'low-first';
    case 'worst':
      if (positionSign !== 0) return positionSign > 0 ? 'low-first' : 'high-first';
      return pathOrder('adaptive', open, high, low, 0);
    case 'adaptive':
      return high - open < open - low ? 'high-first' : 'low-first';
  }
}

/** Times of the four path ticks of the bar [openUs, closeUs): its open, a quarter, the middle, 1 ms before its close. */
export function pathTimesUs(openUs: number, closeUs: number): [number, number, number, number] {
  const length = closeUs - openUs;
  return [openUs, openUs + Math.floor(length / 4), openUs + Math.floor(length / 2), closeUs - 1000];
}
