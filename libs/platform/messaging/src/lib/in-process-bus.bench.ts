import { performance } from 'node:perf_hooks';
import { InProcessBus } from './in-process-bus';

const topic = {
  name: 'bench.v1',
  codec: { encode: () => ({ finish: () => new Uint8Array() }), decode: () => ({ n: 0 }) },
};

async function deliveriesPerSecond(handler: () => Promise<void> | void): Promise<number> {
  const bus = new InProcessBus();
  await bus.subscribe(topic, { group: 'a' }, handler);
  await bus.subscribe(topic, { group: 'b' }, handler);
  const messages = 500_000;
  const from = performance.now();
  for (let n = 0; n < messages; n++) await bus.publish(topic, n % 2 === 0 ? 'EURUSD' : 'US500', { n });
  await bus.idle();
  return Math.round((2 * messages) / ((performance.now() - from) / 1_000));
}

async function main(): Promise<void> {
  let handled = 0;
  const synchronous = await deliveriesPerSecond(() => {
    handled++;
  });
  const asynchronous = await deliveriesPerSecond(async () => {
    handled++;
  });
  console.log(JSON.stringify({ synchronous, asynchronous, handled }));
}

void main();
