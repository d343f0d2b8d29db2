import * as fc from 'fast-check';
import { encodeFrame, FrameError, FrameReader, MAX_FRAME_BYTES } from './frames';

const PING = { v: 1, t: 'ping', ts: 1, d: { t0: 1 } };

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

describe('binary frames', () => {
  it('are a big-endian length and JSON', () => {
    expect(encodeFrame({ a: 'é' }).toString('hex')).toBe(`0000000a${Buffer.from('{"a":"é"}').toString('hex')}`);
  });

  it('come out whole however the stream is cut', () => {
    const messages = fc.array(fc.record({ t: fc.string(), d: fc.jsonValue() }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, sizes) => {
        const plain = JSON.parse(JSON.stringify(sent)) as unknown[];
        const stream = Buffer.concat(sent.map((message) => encodeFrame(message)));
        const reader = new FrameReader();
        const received: unknown[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          received.push(...reader.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(received).toEqual(plain);
      }),
      { seed: 42 },
    );
  });

  it('come out whole byte by byte, and so does what follows them', () => {
    const sent = [{ text: 'x'.repeat(5_000) }, PING, { text: 'y'.repeat(300) }];
    const reader = new FrameReader();
    const received = [...Buffer.concat(sent.map((one) => encodeFrame(one)))].flatMap((byte) =>
      reader.push(Buffer.from([byte])),
    );
    expect(received).toEqual(sent);
  });

  it('are refused by the writer when too large', () => {
    expect(() => encodeFrame('x'.repeat(MAX_FRAME_BYTES - 2))).not.toThrow();
    expect(() => encodeFrame('x'.repeat(MAX_FRAME_BYTES - 1))).toThrow(FrameError);
  });

  it('are refused by the reader at their header, before their bytes are awaited', () => {
    expect(() => new FrameReader().push(header(MAX_FRAME_BYTES + 1))).toThrow(/exceeds 1048576/);
    expect(new FrameReader().push(header(MAX_FRAME_BYTES))).toEqual([]);
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['bytes that are not JSON', Buffer.concat([header(3), Buffer.from('{]}')])],
    ['an empty frame', header(0)],
    ['lines where they are not allowed', Buffer.from(`${JSON.stringify(PING)}\n`)],
  ])('refuse %s', (_, bytes) => {
    expect(() => new FrameReader().push(bytes)).toThrow(FrameError);
  });
});

describe('line-delimited frames', () => {
  const line = `${JSON.stringify(PING)}\n`;

  it('are read where allowed, cut anywhere, with blank lines skipped', () => {
    const reader = new FrameReader(true);
    const received = [...Buffer.from(`${line}\n${line}`)].flatMap((byte) => reader.push(Buffer.from([byte])));
    expect(received).toEqual([PING, PING]);
  });

  it('do not keep a reader from binary frames', () => {
    expect(new FrameReader(true).push(encodeFrame(PING))).toEqual([PING]);
  });

  it('are refused when a line does not end or is not JSON', () => {
    expect(() => new FrameReader(true).push(Buffer.from(`{${'x'.repeat(MAX_FRAME_BYTES)}`))).toThrow(FrameError);
    expect(() => new FrameReader(true).push(Buffer.from('{"v":\n'))).toThrow(FrameError);
  });
});
