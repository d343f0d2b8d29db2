import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Stored {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer that the next matching request gets instead of its own. */
interface Fault {
  readonly method: string;
  readonly status: number;
  readonly code: string;
  times: number;
}

/**
 * The part of S3 that the store uses, in memory: one bucket by path, objects whole or not at all, conditional writes with
 * the conflict that S3 gives to a writer that meets another, listings in pages, checksums that are verified.
 */
export class FakeS3 {
  readonly objects = new Map<string, Stored>();
  readonly requests: { readonly method: string; readonly url: string }[] = [];
  private readonly writing = new Set<string>();
  private faults: Fault[] = [];
  private readonly server: Server;

  private constructor(readonly bucket: string) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(bucket: string): Promise<FakeS3> {
    const fake = new FakeS3(bucket);
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Lets the next requests of a method fail. Status 0: the connection ends without an answer. */
  fail(method: string, status: number, code: string, times = 1): void {
    this.faults.push({ method, status, code, times });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.requests.push({ method, url });
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const fault = this.faults.find((one) => one.method === method && one.times > 0);
    if (fault !== undefined) {
      fault.times--;
      if (fault.status === 0) request.socket.destroy();
      else refuse(response, fault.status, fault.code);
      return;
    }
    const { pathname, searchParams } = new URL(url, this.endpoint);
    const [bucket, ...rest] = decodeURIComponent(pathname.slice(1)).split('/');
    const key = rest.join('/');
    if (bucket !== this.bucket) refuse(response, 404, 'NoSuchBucket');
    else if (method === 'PUT') await this.put(key, Buffer.concat(chunks), request, response);
    else if (key === '' && method === 'GET') this.list(searchParams, response);
    else if (key === '') response.writeHead(200).end();
    else this.get(key, method, response);
  }

  private async put(key: string, body: Buffer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const checksum = createHash('sha256').update(body).digest('base64');
    const { headers } = request;
    if ((headers['x-amz-checksum-sha256'] ?? checksum) !== checksum) {
      refuse(response, 400, 'BadDigest');
      return;
    }
    const isConditional = headers['if-none-match'] === '*';
    if (isConditional && this.objects.has(key)) {
      refuse(response, 412, 'PreconditionFailed');
      return;
    }
    if (isConditional && this.writing.has(key)) {
      refuse(response, 409, 'ConditionalRequestConflict');
      return;
    }
    this.writing.add(key);
    await new Promise((resolve) => setImmediate(resolve));
    this.writing.delete(key);
    const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
    this.objects.set(key, { body, headers: Object.fromEntries(kept) as Record<string, string> });
    response.writeHead(200, { etag: '"x"' }).end();
  }

  private get(key: string, method: string, response: ServerResponse): void {
    const found = this.objects.get(key);
    if (found === undefined) {
      refuse(response, 404, 'NoSuchKey', method === 'HEAD');
      return;
    }
    response.writeHead(200, { ...found.headers, 'content-length': found.body.length });
    response.end(method === 'HEAD' ? undefined : found.body);
  }

  private list(search: URLSearchParams, response: ServerResponse): void {
    const prefix = search.get('prefix') ?? '';
    const after = search.get('continuation-token') ?? '';
    const most = Number(search.get('max-keys') ?? 1_000);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, most);
    const more = keys.length > page.length;
    const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
    const next = more ? `<NextContinuationToken>${page.at(-1) ?? ''}</NextContinuationToken>` : '';
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents}</ListBucketResult>`);
  }
}

function refuse(response: ServerResponse, status: number, code: string, isHead = false): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(isHead ? undefined : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
