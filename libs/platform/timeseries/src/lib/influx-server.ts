import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { RowsRefused, TimeSeriesError, TimeSeriesUnavailable } from './errors';

/** Seconds of one storage shard of a bucket that keeps for ever: 13 weeks, so that decades of history are tens of shards. */
const SHARD_SECONDS = 91 * 86_400;

export interface InfluxAddress {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  /** Certificates (PEM) that may have signed the server's; default: those of Node. */
  readonly ca?: string | Buffer | undefined;
  /** A request that takes longer has failed. */
  readonly requestTimeoutMs: number;
}

/** A bucket as it is wanted. */
export interface BucketSpec {
  readonly name: string;
  /** Undefined: for ever. */
  readonly retentionDays: number | undefined;
}

interface Bucket {
  readonly name: string;
  readonly retentionRules: readonly { readonly everySeconds: number }[];
}

/** The few calls of the HTTP interface of InfluxDB 2 that a time series needs. The token appears in no error. */
export class InfluxServer {
  private readonly client: InfluxDB;
  private readonly org: string;

  constructor(private readonly address: InfluxAddress) {
    const { url, token, requestTimeoutMs, ca } = address;
    if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
      throw new TimeSeriesError('The URL of InfluxDB has to begin with http:// or https:// and a host.');
    }
    this.org = encodeURIComponent(address.org);
    this.client = new InfluxDB({
      url,
      token,
      timeout: requestTimeoutMs,
      ...(ca === undefined ? {} : { transportOptions: { ca } }),
    });
  }

  /** Makes the bucket unless it exists. Returns the days that one which exists keeps, if it is not what is wanted. */
  async ensureBucket({ name, retentionDays }: BucketSpec): Promise<{ readonly keptDays: number } | undefined> {
    const everySeconds = (retentionDays ?? 0) * 86_400;
    const found = await this.findBucket(name);
    if (found !== undefined) {
      const kept = found.retentionRules[0]?.everySeconds ?? 0;
      return kept === everySeconds ? undefined : { keptDays: kept / 86_400 };
    }
    const { orgs } = (await this.call('GET', `/api/v2/orgs?org=${this.org}`)) as { orgs: readonly { id: string }[] };
    const shards = everySeconds === 0 ? { shardGroupDurationSeconds: SHARD_SECONDS } : {};
    const rule = { type: 'expire', everySeconds, ...shards };
    try {
      await this.call('POST', '/api/v2/buckets', { orgID: orgs[0]?.id ?? '', name, retentionRules: [rule] });
    } catch (error) {
      // Another program made it meanwhile.
      if ((await this.findBucket(name)) === undefined) throw error;
    }
    return undefined;
  }

  /**
   * Stores lines.
   *
   * @throws {RowsRefused} when sending them again is in vain
   * @throws {TimeSeriesUnavailable} for anything else
   */
  async write(bucket: string, lines: string): Promise<void> {
    const path = `/api/v2/write?org=${this.org}&bucket=${encodeURIComponent(bucket)}&precision=ns`;
    try {
      await this.send('POST', path, lines, 'text/plain; charset=utf-8');
    } catch (error) {
      if (!(error instanceof HttpError) || ![400, 413, 422].includes(error.statusCode)) throw unavailable(error);
      const dropped = /\bdropped=(\d+)/.exec(error.body ?? '')?.[1];
      throw new RowsRefused(dropped === undefined ? undefined : Number(dropped), reasonOf(error));
    }
  }

  /** The answer of an InfluxQL statement over a bucket, line by line: times in microseconds, a JSON text each. */
  async *select(bucket: string, statement: string): AsyncGenerator<string> {
    const query = new URLSearchParams({ db: bucket, epoch: 'u', chunked: 'true', q: statement });
    const decoder = new TextDecoder();
    const signal = AbortSignal.timeout(this.address.requestTimeoutMs);
    const options = { method: 'GET', headers: { accept: 'application/json' }, signal };
    let rest = '';
    try {
      for await (const chunk of this.client.transport.iterate(`/query?${query.toString()}`, '', options)) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
    } catch (error) {
      throw unavailable(error);
    }
    if (signal.aborted) throw new TimeSeriesUnavailable('no answer in time');
    if (rest !== '') yield rest;
  }

  private async findBucket(name: string): Promise<Bucket | undefined> {
    try {
      const path = `/api/v2/buckets?org=${this.org}&name=${encodeURIComponent(name)}`;
      const { buckets } = (await this.call('GET', path)) as { readonly buckets: readonly Bucket[] };
      return buckets.find((bucket) => bucket.name === name);
    } catch (error) {
      if (error instanceof TimeSeriesUnavailable && error.cause instanceof HttpError && error.cause.statusCode === 404)
        return undefined;
      throw error;
    }
  }

  /** Whether the server answers and takes the token. */
  async ping(): Promise<void> {
    await this.call('GET', `/api/v2/buckets?org=${this.org}&limit=1`);
  }

  private async call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    try {
      return await this.send(method, path, body === undefined ? '' : JSON.stringify(body), 'application/json');
    } catch (error) {
      throw unavailable(error);
    }
  }

  private send(method: string, path: string, body: string, contentType: string): Promise<unknown> {
    const signal = AbortSignal.timeout(this.address.requestTimeoutMs);
    return this.client.transport.request(path, body, { method, headers: { 'content-type': contentType }, signal });
  }
}

const unavailable = (error: unknown): TimeSeriesUnavailable =>
  error instanceof TimeSeriesUnavailable ? error : new TimeSeriesUnavailable(reasonOf(error), { cause: error });

function reasonOf(error: unknown): string {
  if (error instanceof HttpError) return `${error.statusCode} ${error.message}`.slice(0, 300);
  if (!(error instanceof Error)) return 'unknown error';
  return error.message === '' ? error.name : error.message;
}
