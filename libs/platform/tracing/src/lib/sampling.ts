/**
 * Whether a trace is recorded at this ratio (0 to 1): by its id, so that every process decides alike. The rule is
 * OpenTelemetry's consistent probability sampling: the last 56 bits of the id, taken as a fraction, reach 1 − ratio
 * (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/).
 */
export function isSampledAt(traceId: string, ratio: number): boolean {
  if (ratio >= 1) return true;
  // 52 of the 56 bits: as many as a double can take without loss.
  return ratio > 0 && parseInt(traceId.slice(18, 31), 16) / 2 ** 52 >= 1 - ratio;
}
