const DAY_US = 86_400_000_000;

/** UTC microseconds as `2013-05-02 14:30:00.250 UTC`; midnight as the date alone, 0 as `-`. */
export function timeWords(timeUs: number): string {
  if (timeUs === 0) return '-';
  const iso = new Date(Math.floor(timeUs / 1000)).toISOString();
  if (timeUs % DAY_US === 0) return iso.slice(0, 10);
  const fraction =
    timeUs % 1_000_000 === 0
      ? ''
      : `.${String(timeUs % 1_000_000)
          .padStart(6, '0')
          .replace(/0+$/, '')}`;
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction} UTC`;
}

/** `SIDE_BUY` as `BUY`, `TRADING_STATE_HALTED` as `HALTED`. */
export function enumWord(prefix: string, word: string): string {
  return word.startsWith(`${prefix}_`) ? word.slice(prefix.length + 1) : word;
}

/** Microseconds as the unit that reads best. */
export function durationWords(us: number): string {
  if (Math.abs(us) < 1000) return `${us} µs`;
  if (Math.abs(us) < 1_000_000) return `${(us / 1000).toFixed(1)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}

/** A number for people: six significant digits, without trailing zeros. */
export function numberWords(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '-';
}

/** `one order`, `2 orders`. */
export function count(n: number, noun: string): string {
  return n === 1 ? `one ${noun}` : `${n} ${noun}s`;
}
