import { OnnxRuntime } from './onnx-runtime';

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

/** features [N, 2] − [1, 2] → · [0.5, 0.25] → · [−1, 3] + 0.125 → margin → Sigmoid → probability */
const LINEAR = bytesOf(
  'CAgSDnRyYWRpbmctbW9kZWxzOuECCiAKCGZlYXR1cmVzCgRtZWFuEgdjZW50cmVkIgNTdWI6AAosCgdjZW50cmVkCgxpbnZlcnNl' +
    'U2NhbGUSDHN0YW5kYXJkaXNlZCIDTXVsOgAKLQoMc3RhbmRhcmRpc2VkCgd3ZWlnaHRzCgRiaWFzEgZtYXJnaW4iBEdlbW06AAog' +
    'CgZtYXJnaW4SC3Byb2JhYmlsaXR5IgdTaWdtb2lkOgASBW1vZGVsKhQIAhABQgRtZWFuSggAAIA/AAAAQCocCAIQAUIMaW52ZXJz' +
    'ZVNjYWxlSggAAAA/AACAPioZCAIIARABQgd3ZWlnaHRzSggAAIC/AABAQCoQCAEQAUIEYmlhc0oEAAAAPlobCghmZWF0dXJlcxIP' +
    'Cg0IARIJCgMSAU4KAggCYhkKBm1hcmdpbhIPCg0IARIJCgMSAU4KAggBYh4KC3Byb2JhYmlsaXR5Eg8KDQgBEgkKAxIBTgoCCAFC' +
    'BAoAEBE=',
);
/** The same without the output `margin`. */
const WITHOUT_MARGIN = bytesOf(
  'CAgSDnRyYWRpbmctbW9kZWxzOsYCCiAKCGZlYXR1cmVzCgRtZWFuEgdjZW50cmVkIgNTdWI6AAosCgdjZW50cmVkCgxpbnZlcnNl' +
    'U2NhbGUSDHN0YW5kYXJkaXNlZCIDTXVsOgAKLQoMc3RhbmRhcmRpc2VkCgd3ZWlnaHRzCgRiaWFzEgZtYXJnaW4iBEdlbW06AAog' +
    'CgZtYXJnaW4SC3Byb2JhYmlsaXR5IgdTaWdtb2lkOgASBW1vZGVsKhQIAhABQgRtZWFuSggAAIA/AAAAQCocCAIQAUIMaW52ZXJz' +
    'ZVNjYWxlSggAAAA/AACAPioZCAIIARABQgd3ZWlnaHRzSggAAIC/AABAQCoQCAEQAUIEYmlhc0oEAAAAPlobCghmZWF0dXJlcxIP' +
    'Cg0IARIJCgMSAU4KAggCYh4KC3Byb2JhYmlsaXR5Eg8KDQgBEgkKAxIBTgoCCAFCBAoAEBE=',
);

describe('OnnxRuntime', () => {
  it('gives margins and probabilities, one per row', async () => {
    const session = await new OnnxRuntime().load(LINEAR);
    expect(session.width).toBe(2);
    const { margin, probability } = await session.run(Float32Array.of(1, 2, 3, 2, 1, 6), 3);
    expect([...margin]).toEqual([0.125, -0.875, 3.125]);
    margin.forEach((value, i) => expect(probability[i]).toBeCloseTo(1 / (1 + Math.exp(-value)), 6));
    await session.close();
  });

  it('gives NaN for NaN', async () => {
    const session = await new OnnxRuntime().load(LINEAR);
    const { margin, probability } = await session.run(Float32Array.of(NaN, 2), 1);
    expect([margin[0], probability[0]]).toEqual([NaN, NaN]);
    await session.close();
  });

  it('gives the same bits each time, alone or in a batch', async () => {
    const session = await new OnnxRuntime().load(LINEAR);
    const rows = Float32Array.from({ length: 200 }, (_, i) => Math.fround(((i * 37) % 101) / 7 - 7));
    const batch = await session.run(rows, 100);
    for (let row = 0; row < 100; row += 1) {
      const alone = await session.run(rows.slice(row * 2, row * 2 + 2), 1);
      expect([alone.margin[0], alone.probability[0]]).toEqual([batch.margin[row], batch.probability[row]]);
    }
    await session.close();
  });

  it('refuses bytes that ONNX Runtime cannot read', async () => {
    for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), LINEAR.slice(0, 100)]) {
      await expect(new OnnxRuntime().load(bytes)).rejects.toMatchObject({ code: 'NOT_A_MODEL' });
    }
  });

  it('refuses a model without the outputs it reads, and says which it has', async () => {
    const load = new OnnxRuntime().load(WITHOUT_MARGIN);
    await expect(load).rejects.toMatchObject({
      code: 'WRONG_SIGNATURE',
      message: 'The model must have a float32 output called margin; it has probability.',
    });
  });

  it.each([
    [new Float32Array(3), 1],
    [new Float32Array(2), 2],
    [new Float32Array(0), 0],
    [new Float32Array(3), 1.5],
  ])('refuses rows of another shape (%#)', async (rows, count) => {
    const session = await new OnnxRuntime().load(LINEAR);
    await expect(session.run(rows, count)).rejects.toMatchObject({ code: 'WRONG_SHAPE' });
    await session.close();
  });

  it('does not run once it is closed, and can be closed twice', async () => {
    const session = await new OnnxRuntime().load(LINEAR);
    await session.close();
    await session.close();
    await expect(session.run(new Float32Array(2), 1)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
