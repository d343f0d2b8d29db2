import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const anyValue = z.union([
  z.strictObject({ stringValue: z.string() }).transform((v) => v.stringValue),
  z.strictObject({ boolValue: z.boolean() }).transform((v) => v.boolValue),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }).transform((v) => Number(v.intValue)),
  z.strictObject({ doubleValue: z.number() }).transform((v) => v.doubleValue),
]);
const attributes = z
  .array(z.strictObject({ key: z.string().min(1), value: anyValue }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const traceId = z.string().regex(/^[0-9a-f]{32}$/);
const spanId = z.string().regex(/^[0-9a-f]{16}$/);
const nanoseconds = z.string().regex(/^\d{19}$/);
const span = z.strictObject({
  traceId,
  spanId,
  parentSpanId: spanId.optional(),
  flags: z.int(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  links: z.array(z.strictObject({ traceId, spanId, flags: z.int() })),
  status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
});
/** As strict as protobuf's JSON, for the fields that we send. */
const exportRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(span) })),
    }),
  ),
});

export type ReceivedSpan = z.infer<typeof span> & {
  /** Attributes of the resource, `service.name` among them. */
  readonly resource: Readonly<Record<string, string | number | boolean>>;
};

export interface ReceiverAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const TAKEN: ReceiverAnswer = { status: 200, body: '{}' };

/** A collector for tests: takes OTLP/HTTP in JSON and keeps what arrives. What it cannot read it answers with 400. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[] = [];
  /** What is answered; a promise that stays open is a collector that hangs. Only what it takes is kept. */
  answer: () => ReceiverAnswer | Promise<ReceiverAnswer> = () => TAKEN;
  private readonly waiters = new Set<() => void>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      // A client that gave up leaves a request that cannot be read to its end.
      this.take(request, response).catch(() => response.destroy());
    });
  }

  static async listen(port = 0): Promise<OtlpReceiver> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return new OtlpReceiver(server);
  }

  /** The endpoint for exporters, without a path. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when the condition holds after a request; rejects after `deadlineMs`. */
  until(holds: (receiver: this) => boolean, deadlineMs = 5_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): boolean => this.waiters.delete(check);
      const timer = setTimeout(() => {
        settle();
        reject(new Error(`Not within ${deadlineMs} ms; ${this.spans.length} spans came.`));
      }, deadlineMs);
      const check = (): void => {
        if (!holds(this)) return;
        clearTimeout(timer);
        settle();
        resolve();
      };
      this.waiters.add(check);
      check();
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push({ path: request.url ?? '', headers: request.headers });
    for (const check of [...this.waiters]) check();
    const { status, body = '', headers = {} } = this.read(Buffer.concat(chunks).toString(), await this.answer());
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    for (const check of [...this.waiters]) check();
  }

  private read(text: string, answer: ReceiverAnswer): ReceiverAnswer {
    if (answer.status !== 200) return answer;
    const parsed = exportRequest.safeParse(JSON.parse(text));
    if (!parsed.success) return { status: 400, body: JSON.stringify({ message: z.prettifyError(parsed.error) }) };
    for (const { resource, scopeSpans } of parsed.data.resourceSpans) {
      for (const { spans } of scopeSpans) {
        this.spans.push(...spans.map((received) => ({ ...received, resource: resource.attributes })));
      }
    }
    return answer;
  }
}
