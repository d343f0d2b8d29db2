/** Who of those that share the keys owns one. */
export function ownerOf<T>(key: string, sharers: readonly T[]): T | undefined {
  if (sharers.length < 2) return sharers[0];
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (hash * 31 + key.charCodeAt(i)) | 0;
  return sharers[Math.abs(hash) % sharers.length];
}
