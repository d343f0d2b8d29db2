/** Largest frame either side accepts, in bytes of JSON. */
export const MAX_FRAME_BYTES = 1_048_576;

/** A peer that sends what is not a frame; the connection ends. */
export class FrameError extends Error {
  readonly code = 'FRAME_INVALID';
}

/** One frame: `uint32` big-endian length, then UTF-8 JSON. */
export function encodeFrame(message: unknown): Buffer {
  const json = JSON.stringify(message);
  const length = Buffer.byteLength(json);
  if (length > MAX_FRAME_BYTES) throw new FrameError(`A frame of ${length} bytes exceeds ${MAX_FRAME_BYTES}.`);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length, 0);
  frame.write(json, 4);
  return frame;
}

/** Pieces of a frame that wait to be joined: joining each at once costs the square of the frame, never much memory. */
const PARTS = 256;

/**
 * Cuts a byte stream into frames. A first byte `{` switches to line-delimited JSON, which the gateway allows on
 * loopback only (`allowLines`).
 */
export class FrameReader {
  private buffered: Buffer = Buffer.alloc(0);
  /** What has come since, and is not worth joining before a frame may be whole. */
  private parts: Buffer[] = [];
  private size = 0;
  /** Bytes that a frame needs to be whole. */
  private needed = 4;
  private mode: 'unknown' | 'binary' | 'lines' = 'unknown';

  constructor(private readonly allowLines = false) {}

  /** Complete messages that `chunk` finishes, parsed. Throws {@link FrameError} on an oversized or broken frame. */
  push(chunk: Buffer): unknown[] {
    if (chunk.length === 0) return [];
    if (this.mode === 'unknown') this.mode = chunk[0] === 0x7b && this.allowLines ? 'lines' : 'binary';
    this.parts.push(chunk);
    this.size += chunk.length;
    if (this.mode === 'binary' && this.size < this.needed && this.parts.length < PARTS) return [];
    this.join();
    return this.mode === 'lines' ? this.lines() : this.frames();
  }

  private join(): void {
    const [only] = this.parts;
    const isAlone = this.parts.length === 1 && only !== undefined && this.buffered.length === 0;
    this.buffered = isAlone ? only : Buffer.concat([this.buffered, ...this.parts], this.size);
    this.parts = [];
  }

  private keep(from: number, needed: number): void {
    this.buffered = this.buffered.subarray(from);
    this.size = this.buffered.length;
    this.needed = needed;
  }

  private frames(): unknown[] {
    const messages: unknown[] = [];
    let at = 0;
    let needed = 4;
    while (this.buffered.length - at >= 4) {
      const length = this.buffered.readUInt32BE(at);
      if (length > MAX_FRAME_BYTES) throw new FrameError(`A frame of ${length} bytes exceeds ${MAX_FRAME_BYTES}.`);
      if (this.buffered.length - at - 4 < length) {
        needed = 4 + length;
        break;
      }
      messages.push(parse(this.buffered.toString('utf8', at + 4, at + 4 + length)));
      at += 4 + length;
    }
    this.keep(at, needed);
    return messages;
  }

  private lines(): unknown[] {
    const messages: unknown[] = [];
    let at = 0;
    for (let end = this.buffered.indexOf(0x0a, at); end >= 0; end = this.buffered.indexOf(0x0a, at)) {
      if (end > at) messages.push(parse(this.buffered.toString('utf8', at, end)));
      at = end + 1;
    }
    this.keep(at, 1);
    if (this.buffered.length > MAX_FRAME_BYTES) throw new FrameError(`A line exceeds ${MAX_FRAME_BYTES} bytes.`);
    return messages;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FrameError('A frame is not JSON.', { cause });
  }
}
