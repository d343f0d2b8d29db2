import { createHash } from 'node:crypto';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { ObjectStoreError } from './errors';
import { isKey, segmentsOf } from './object-key';
import type { ObjectHead, ObjectStore, PutOptions } from './object-store';
import { explainS3Error, isAbsent, nameOf } from './s3-errors';

/** Tries of a conditional write while another writer is at the same key. */
const CONFLICT_TRIES = 10;
const CONFLICT_PAUSE_MS = 50;
/** Where an object's SHA-256 (lower-case hex) is kept beside it, for servers that keep no checksums. */
const SHA256 = 'sha256';

type Sdk = typeof import('@aws-sdk/client-s3');

export interface S3ObjectStoreOptions {
  readonly bucket: string;
  /** Begins every key, with a slash behind it; default none. Segments as in a key. */
  readonly prefix?: string | undefined;
  /** Default: that of the environment or the shared configuration files. */
  readonly region?: string | undefined;
  /** Another server that speaks S3, such as `http://127.0.0.1:9000`; default: AWS. */
  readonly endpoint?: string | undefined;
  /** Names the bucket in the path rather than in the host name. Default: true when an `endpoint` is given. */
  readonly forcePathStyle?: boolean | undefined;
  /** Default: the SDK's chain (environment, shared files, web identity, pod identity, instance). */
  readonly credentials?: S3ClientConfig['credentials'];
  /** Default 5,000 ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** Until an answer begins, and between its bytes. Default 30,000 ms. */
  readonly requestTimeoutMs?: number | undefined;
  /** Tries of each call, with growing pauses, when the server is busy or the network fails. Default 4. */
  readonly maxAttempts?: number | undefined;
  /** Keys per page of a listing; default 1,000, the most that S3 gives. */
  readonly pageSize?: number | undefined;
}

/**
 * Objects of a bucket of S3, whole in memory on their way: for models and manifests, not for dumps. S3 itself checks what
 * it takes against the SHA-256 that is sent along, and what is read is checked against the same. `ifAbsent` is S3's
 * conditional write (`If-None-Match: *`), which the server must know: AWS does since 2024.
 */
export class S3ObjectStore implements ObjectStore {
  private readonly client: S3Client;
  private readonly place: string;
  private readonly before: string;

  private constructor(
    private readonly sdk: Sdk,
    private readonly options: S3ObjectStoreOptions,
  ) {
    const { bucket, prefix, endpoint, region, credentials } = options;
    this.before = prefix === undefined || prefix === '' ? '' : `${segmentsOf(prefix).join('/')}/`;
    this.place = `s3://${bucket}/${this.before}`;
    const where = region ?? (endpoint === undefined ? undefined : (process.env['AWS_REGION'] ?? 'us-east-1'));
    this.client = new sdk.S3Client({
      ...(where === undefined ? {} : { region: where }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
      maxAttempts: options.maxAttempts ?? 4,
      requestHandler: {
        connectionTimeout: options.connectTimeoutMs ?? 5_000,
        requestTimeout: options.requestTimeoutMs ?? 30_000,
        socketTimeout: options.requestTimeoutMs ?? 30_000,
        throwOnRequestTimeout: true,
      },
      // Checksums are sent by us; servers that speak S3 often do not know the SDK's trailing ones.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /**
   * Opens the store and looks whether its bucket is there.
   *
   * @throws ObjectStoreError `STORE_MISSING`, `NOT_READABLE`, `IO_ERROR`; `INVALID_KEY` for the prefix
   */
  static async open(options: S3ObjectStoreOptions): Promise<S3ObjectStore> {
    // Loaded here, because programs that keep their objects in a folder need not wait for it.
    const store = new S3ObjectStore(await import('@aws-sdk/client-s3'), options);
    try {
      await store.ping();
      return store;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** For a probe. Throws as {@link open}. */
  async ping(): Promise<void> {
    const { bucket } = this.options;
    await this.client.send(new this.sdk.HeadBucketCommand({ Bucket: bucket })).catch((error: unknown) => {
      // A HEAD has no body, so a bucket that is missing reads as any absence.
      if (isAbsent(error)) throw missing(bucket, error);
      throw explainS3Error(error, 'read', this.place);
    });
  }

  async get(key: string): Promise<Buffer | undefined> {
    const target = this.targetOf(key);
    try {
      const { Body, Metadata } = await this.client.send(new this.sdk.GetObjectCommand(target));
      const data = Buffer.from((await Body?.transformToByteArray()) ?? []);
      const expected = Metadata?.[SHA256];
      if (expected !== undefined && expected !== sha256Of(data, 'hex')) {
        throw new ObjectStoreError('IO_ERROR', `${this.place}${key} is damaged: its SHA-256 is not ${expected}.`);
      }
      return data;
    } catch (error) {
      return this.absentOr(error, key);
    }
  }

  async put(key: string, data: Uint8Array, { ifAbsent = false }: PutOptions = {}): Promise<void> {
    const target = this.targetOf(key);
    // A copy, because the caller may change the bytes while a try is repeated.
    const body = Buffer.from(data);
    const command = new this.sdk.PutObjectCommand({
      ...target,
      Body: body,
      ContentLength: body.length,
      ChecksumSHA256: sha256Of(body, 'base64'),
      Metadata: { [SHA256]: sha256Of(body, 'hex') },
      ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
    });
    for (let tries = 1; ; tries++) {
      try {
        await this.client.send(command);
        return;
      } catch (error) {
        if (ifAbsent && nameOf(error) === 'PreconditionFailed') {
          throw new ObjectStoreError('OBJECT_EXISTS', `${key} exists already in ${this.place}.`, { cause: error });
        }
        // Another conditional write of the key was under way, and may yet fail.
        const isConflict = ifAbsent && nameOf(error) === 'ConditionalRequestConflict';
        if (!isConflict || tries >= CONFLICT_TRIES) throw explainS3Error(error, 'write', `${this.place}${key}`);
        await new Promise((resolve) => setTimeout(resolve, CONFLICT_PAUSE_MS * Math.random() * tries));
      }
    }
  }

  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    try {
      const pages = this.sdk.paginateListObjectsV2(
        { client: this.client, pageSize: this.options.pageSize ?? 1_000 },
        { Bucket: this.options.bucket, Prefix: this.before + prefix },
      );
      for await (const { Contents = [] } of pages) {
        for (const { Key = '' } of Contents) keys.push(Key.slice(this.before.length));
      }
    } catch (error) {
      throw explainS3Error(error, 'read', this.place);
    }
    // Others may have put objects there that are no objects of this port, such as consoles' empty "folders".
    return keys.filter(isKey).sort();
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const target = this.targetOf(key);
    try {
      const head = await this.client.send(new this.sdk.HeadObjectCommand({ ...target, ChecksumMode: 'ENABLED' }));
      const size = head.ContentLength ?? 0;
      const sha256 = wholeChecksum(head.ChecksumSHA256) ?? head.Metadata?.[SHA256];
      if (sha256 !== undefined) return { size, sha256 };
    } catch (error) {
      return this.absentOr(error, key);
    }
    // Put there by another program, without a checksum.
    const data = await this.get(key);
    return data && { size: data.length, sha256: sha256Of(data, 'hex') };
  }

  /** Ends its connections. */
  close(): void {
    this.client.destroy();
  }

  private targetOf(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.options.bucket, Key: this.before + segmentsOf(key).join('/') };
  }

  /** Passes when the object, and not the whole store, is what is missing. */
  private async absentOr(error: unknown, key: string): Promise<undefined> {
    if (!isAbsent(error)) throw explainS3Error(error, 'read', `${this.place}${key}`);
    // The answer to a HEAD does not say which of the two it is.
    if (nameOf(error) !== 'NoSuchKey') await this.ping();
    return undefined;
  }
}

const missing = (bucket: string, cause: unknown): ObjectStoreError =>
  new ObjectStoreError('STORE_MISSING', `The bucket ${bucket} does not exist; create it or name another.`, { cause });

const sha256Of = (data: Uint8Array, encoding: 'hex' | 'base64'): string =>
  createHash('sha256').update(data).digest(encoding);

/** S3's own checksum as hex; one of an upload in parts (`…-3`) is not that of the object. */
function wholeChecksum(base64: string | undefined): string | undefined {
  return base64 === undefined || base64.includes('-') ? undefined : Buffer.from(base64, 'base64').toString('hex');
}
