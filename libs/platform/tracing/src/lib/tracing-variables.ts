import { z } from 'zod';
import { secret } from '@trading/platform-config';
import { OtlpTracer, type OtlpTracerOptions } from './otlp-tracer';
import { installTracer, noopTracer } from './tracer';

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// What a header may hold on the wire: no control characters, nothing beyond Latin-1.
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The variables of tracing, as OpenTelemetry's specification names them. */
export function tracingVariables() {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: z
      .string()
      .refine(isHttpUrl, 'expected http://host:port or https://host:port without user and password')
      .optional()
      .meta({
        description:
          'OpenTelemetry collector that takes traces over OTLP/HTTP, such as `http://127.0.0.1:4318`; `/v1/traces` is ' +
          'added. Without one nothing is traced.',
        type: 'URL',
      }),
    OTEL_EXPORTER_OTLP_HEADERS: secret('Headers for the collector: `name=value,name=value`, values percent-encoded.')
      .transform((text, context): Readonly<Record<string, string>> => {
        const headers = headersOf(text);
        if (headers !== undefined) return headers;
        context.addIssue({ code: 'custom', message: 'expected name=value,name=value' });
        return z.NEVER;
      })
      .optional(),
    OTEL_TRACES_SAMPLER_ARG: z.coerce
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe('Share of the traces that are recorded, 0 to 1; decided once, where a trace begins.'),
  };
}

export type TracingVariables = z.infer<z.ZodObject<ReturnType<typeof tracingVariables>>>;

/**
 * Begins to trace as the variables say; undefined where they name no collector. Call it before anything runs, and the
 * returned function after everything has stopped: it sends what waits, within a deadline (default 5 s).
 */
export function startTracing(
  variables: TracingVariables,
  options: Omit<OtlpTracerOptions, 'url' | 'headers' | 'ratio'>,
): ((deadlineMs?: number) => Promise<void>) | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = {} } = variables;
  if (endpoint === undefined) return undefined;
  const url = tracesUrl(endpoint);
  const tracer = new OtlpTracer({ ...options, url, headers, ratio: variables.OTEL_TRACES_SAMPLER_ARG });
  installTracer(tracer);
  return async (deadlineMs) => {
    const now = installTracer(noopTracer);
    if (now !== tracer) installTracer(now);
    await tracer.close(deadlineMs);
  };
}

/** The signal's path is relative to the endpoint's own (OpenTelemetry Protocol Exporter, "Endpoint URLs"). */
export function tracesUrl(endpoint: string): string {
  return new URL('v1/traces', endpoint.endsWith('/') ? endpoint : `${endpoint}/`).href;
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

/** Undefined where the text is not a list of headers. */
function headersOf(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const item of text.split(',')) {
    if (item.trim() === '') continue;
    const at = item.indexOf('=');
    const name = item.slice(0, Math.max(at, 0)).trim();
    const value = decoded(item.slice(at + 1).trim());
    if (!HEADER_NAME.test(name) || value === undefined || !HEADER_VALUE.test(value)) return undefined;
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
