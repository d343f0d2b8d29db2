import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { fieldsOf } from './message-fields';

/** Metadata entry that carries a `google.rpc.Status`, as gRPC's richer error model has it (grpc.io, "Error handling"). */
export const STATUS_DETAILS = 'grpc-status-details-bin';

/** `google.rpc.ErrorInfo` of google/rpc/error_details.proto. */
export interface ErrorInfo {
  /** Why, for programs: `ORDER_NOT_FOUND`. */
  readonly reason: string;
  /** Whose reasons these are. */
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

/** HTTP/2 peers commonly take 8 KiB of headers; an error that does not fit would end as one of the transport. */
const MAX_METADATA_BYTES = 4096;

const LENGTH_DELIMITED = 2;
const field = (number: number): number => (number << 3) | LENGTH_DELIMITED;

/** A `google.rpc.Status` with one `ErrorInfo`; metadata beyond 4 KiB is left out, and says so. */
export function encodeStatus(code: number, message: string, { reason, domain, metadata }: ErrorInfo): Buffer {
  const info = new BinaryWriter().uint32(field(1)).string(reason).uint32(field(2)).string(domain);
  for (const [key, value] of Object.entries(fitting(metadata))) {
    info.uint32(field(3)).fork().uint32(field(1)).string(key).uint32(field(2)).string(value).join();
  }
  const any = new BinaryWriter().uint32(field(1)).string(ERROR_INFO).uint32(field(2)).bytes(info.finish());
  const status = new BinaryWriter().uint32(1 << 3).int32(code);
  return Buffer.from(status.uint32(field(2)).string(message).uint32(field(3)).bytes(any.finish()).finish());
}

/** The first `ErrorInfo` of a `google.rpc.Status`; undefined where there is none, or not a message at all. */
export function decodeErrorInfo(status: Uint8Array): ErrorInfo | undefined {
  try {
    for (const detail of fieldsOf(status).messages(3)) {
      if (detail.text(1) === ERROR_INFO) {
        const [info] = detail.messages(2);
        const metadata = info?.messages(3).map((entry) => [entry.text(1), entry.text(2)] as const) ?? [];
        return {
          reason: info?.text(1) ?? '',
          domain: info?.text(2) ?? '',
          metadata: Object.fromEntries(metadata),
        };
      }
    }
  } catch {
    // A foreign server's details: their meaning is unknown, the status is not.
  }
  return undefined;
}

function fitting(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata);
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return bytes <= MAX_METADATA_BYTES ? metadata : { detailsLeftOut: `${bytes} bytes are more than an error carries` };
}
