import { murmur2, partitionOf } from './partition-of';

describe('the partition of a key', () => {
  // The cases of Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('is the same on every topic with as many partitions, and within them', () => {
    for (let i = 0; i < 200; i++) {
      const partition = partitionOf(`key${i}`, 12);
      expect(partition).toBe(partitionOf(`key${i}`, 12));
      expect(partition).toBe((murmur2(Buffer.from(`key${i}`)) & 0x7fffffff) % 12);
    }
  });
});
