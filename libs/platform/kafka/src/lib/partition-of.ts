const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** MurmurHash2 of Kafka's Java client (`Utils.murmur2`), signed 32 bits. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  let h = SEED ^ length;
  const whole = length & ~3;
  const at = (i: number): number => data[i] ?? 0;
  for (let i = 0; i < whole; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    k = Math.imul(k, M);
    k = Math.imul(k ^ (k >>> 24), M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length - whole;
  if (rest > 2) h ^= at(whole + 2) << 16;
  if (rest > 1) h ^= at(whole + 1) << 8;
  if (rest > 0) h = Math.imul(h ^ at(whole), M);
  h = Math.imul(h ^ (h >>> 13), M);
  return (h ^ (h >>> 15)) | 0;
}

/** Keys are few (symbols, accounts) and asked for with every message. */
const HASHES_KEPT = 10_000;
const hashes = new Map<string, number>();

/**
 * The partition of a key, as the Java client's default partitioner has it: the same index on every topic with the same
 * number of partitions.
 */
export function partitionOf(key: string, partitions: number): number {
  let hash = hashes.get(key);
  if (hash === undefined) {
    if (hashes.size >= HASHES_KEPT) hashes.clear();
    hash = murmur2(Buffer.from(key)) & 0x7fffffff;
    hashes.set(key, hash);
  }
  return hash % partitions;
}
