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

/**
 * Cuts a byte stream into frames. A first byte `{` switches to line-delimited JSON, which the gateway allows on
 * loopback only (`allowLines`).
 */
export class FrameReader {
  private buffered: Buffer = Buffer.alloc(0);
  private mode: 'unknown' | 'binary' | 'lines' = 'unknown';

  constructor(private readonly allowLines = false) {}

  /** Complete messages that `chunk` finishes, parsed. Throws {@link FrameError} on an oversized or broken frame. */
  push(chunk: Buffer): unknown[] {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    if (this.mode === 'unknown' && this.buffered.length > 0) {
      this.mode = this.buffered[0] === 0x7b && this.allowLines ? 'lines' : 'binary';
    }
    return this.mode === 'lines' ? this.lines() : this.frames();
  }

  private frames(): unknown[] {
    const messages: unknown[] = [];
    let at = 0;
    while (this.buffered.length - at >= 4) {
      const length = this.buffered.readUInt32BE(at);
      if (length > MAX_FRAME_BYTES) throw new FrameError(`A frame of ${length} bytes exceeds ${MAX_FRAME_BYTES}.`);
      if (this.buffered.length - at - 4 < length) break;
      messages.push(parse(this.buffered.toString('utf8', at + 4, at + 4 + length)));
      at += 4 + length;
    }
    this.buffered = this.buffered.subarray(at);
    return messages;
  }

  private lines(): unknown[] {
    const messages: unknown[] = [];
    let at = 0;
    for (let end = this.buffered.indexOf(0x0a, at); end >= 0; end = this.buffered.indexOf(0x0a, at)) {
      if (end > at) messages.push(parse(this.buffered.toString('utf8', at, end)));
      at = end + 1;
    }
    this.buffered = this.buffered.subarray(at);
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
