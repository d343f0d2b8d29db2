/** Durations in µs of pieces of work, one after the other; a tenth more are done before to warm up. */
export async function timesOf(count: number, work: (n: number) => Promise<unknown>): Promise<number[]> {
  const warmUp = Math.ceil(count / 10);
  const times: number[] = [];
  for (let n = 0; n < count + warmUp; n += 1) {
    const from = performance.now();
    await work(n);
    times.push(Math.round((performance.now() - from) * 1_000));
  }
  return times.slice(warmUp);
}
