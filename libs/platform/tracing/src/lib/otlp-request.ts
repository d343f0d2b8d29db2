import type { TraceContext } from './trace-context';
import type { FinishedSpan, SpanAttributes, SpanKind } from './tracer';

/** `SpanKind` of opentelemetry/proto/trace/v1/trace.proto. */
const KINDS: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
/** `StatusCode` of the same. */
const STATUS_UNSET = 0;
const STATUS_ERROR = 2;
/** The W3C flag "sampled", which all recorded spans have. */
const SAMPLED = 1;
/** Characters of one text that are sent. */
const TEXT_LIMIT = 2_000;

/** Makes a text fit to leave the process. */
export type CleanText = (text: string) => string;

/**
 * An `ExportTraceServiceRequest` in OTLP's JSON encoding: ids in hexadecimal, enums as numbers, 64-bit integers as
 * strings (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
 */
export function otlpRequest(resource: SpanAttributes, spans: readonly FinishedSpan[], clean: CleanText): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource, clean) },
        scopeSpans: [{ scope: { name: 'trading' }, spans: spans.map((span) => otlpSpan(span, clean)) }],
      },
    ],
  };
}

function otlpSpan(span: FinishedSpan, clean: CleanText): object {
  const { context, parentSpanId, error } = span;
  return {
    ...idsOf(context),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanoseconds(span.startUs),
    endTimeUnixNano: nanoseconds(Math.max(span.endUs, span.startUs)),
    attributes: attributesOf(span.attributes, clean),
    links: span.links.map(idsOf),
    status: error === undefined ? { code: STATUS_UNSET } : { code: STATUS_ERROR, message: short(clean(error)) },
  };
}

function idsOf({ traceId, spanId }: TraceContext): object {
  return { traceId, spanId, flags: SAMPLED };
}

function nanoseconds(timeUs: number): string {
  return `${timeUs}000`;
}

function attributesOf(attributes: SpanAttributes, clean: CleanText): object[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : { key, value: valueOf(value, clean) },
  );
}

function valueOf(value: string | number | boolean, clean: CleanText): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: short(clean(value)) };
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  return Number.isFinite(value) ? { doubleValue: value } : { stringValue: String(value) };
}

function short(text: string): string {
  return text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}…` : text;
}
