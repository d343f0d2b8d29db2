/** `label   text` lines, the texts below each other; what is undefined is left out. */
export function table(rows: readonly (readonly [label: string, text: string | undefined])[], indent = 2): string {
  const shown = rows.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
  const width = Math.max(0, ...shown.map(([label]) => label.length));
  const margin = ' '.repeat(indent);
  return shown
    .map(
      ([label, text]) =>
        `${margin}${label.padEnd(width)}  ${text.replaceAll('\n', `\n${margin}${' '.repeat(width + 2)}`)}`,
    )
    .join('\n');
}

/** `-1,234.50` */
export function moneyText(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** `+1,234.50`, `-1,234.50`, `0.00` */
export function signedMoney(value: number): string {
  return `${value > 0 ? '+' : ''}${moneyText(value)}`;
}

/** `1,234` */
export function countText(value: number): string {
  return value.toLocaleString('en-US');
}

/** `2014-05-01` of microseconds. */
export function dayText(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString().slice(0, 10);
}

/** `45 s`, `3 min 20 s`, `2 h 5 min` */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `410 µs`, `3.2 ms`, `1.5 s` */
export function latencyText(us: number): string {
  if (us < 1000) return `${us} µs`;
  return us < 1_000_000 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}
