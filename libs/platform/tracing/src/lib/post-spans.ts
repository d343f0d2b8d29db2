/** What became of a batch. */
export type PostOutcome =
  | { readonly kind: 'taken'; readonly rejected: number; readonly message: string }
  /** Not now: worth another try, after `afterMs` where the collector said so. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** https://opentelemetry.io/docs/specs/otlp/#otlphttp-response: of all failures these are worth another try. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** Posts one OTLP/JSON request. Never rejects. */
export async function postSpans(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<PostOutcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal,
      redirect: 'manual',
    });
    const answer = await response.text();
    if (response.ok) return { kind: 'taken', ...partialSuccess(answer) };
    const reason = `HTTP ${response.status}`;
    if (!RETRYABLE.has(response.status)) return { kind: 'refused', reason };
    return { kind: 'later', reason, afterMs: retryAfterMs(response.headers.get('retry-after')) };
  } catch (error) {
    return { kind: 'later', reason: signal.aborted ? 'no answer in time' : reasonOf(error), afterMs: undefined };
  }
}

/** A collector may take a batch and leave some of its spans out. */
function partialSuccess(answer: string): { rejected: number; message: string } {
  try {
    const { partialSuccess: partial } = JSON.parse(answer) as {
      partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string };
    };
    const rejected = Number(partial?.rejectedSpans ?? 0);
    return { rejected: Number.isSafeInteger(rejected) ? rejected : 0, message: partial?.errorMessage ?? '' };
  } catch {
    // Some collectors answer with an empty body or a word.
    return { rejected: 0, message: '' };
  }
}

function retryAfterMs(header: string | null): number | undefined {
  const seconds = header === null || header.trim() === '' ? NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

/** `fetch` says "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const { code } = (cause ?? error) as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error);
}
