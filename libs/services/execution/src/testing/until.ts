/** Waits for a condition, at most two seconds. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + 2_000; Date.now() < deadline;) {
    if (await condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('It did not come to that within two seconds.');
}
