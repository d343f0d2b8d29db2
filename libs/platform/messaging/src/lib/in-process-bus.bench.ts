import { performance } from 'node:perf_hooks';
import { route } from './event-bus';
import { InProcessBus } from './in-process-bus';
import { observedBus } from './observed-bus';

const topic = {
  name: 'bench.v1',
  codec: { encode: () => ({ finish: () => new Uint8Array() }), decode: () => ({ n: 0 }) },
};

async function deliveriesPerSecond(handler: () => Promise<void> | void, isObserved = false): Promise<number> {
  const inner = new InProcessBus();
  const bus = isObserved ? observedBus(inner, 'bench') : inner;
  await bus.consume({ group: 'a' }, [route(topic, handler)]);
  await bus.consume({ group: 'b' }, [route(topic, handler)]);
  const messages = 500_000;
  const from = performance.now();
  for (let n = 0; n < messages; n++) await bus.publish(topic, n % 2 === 0 ? 'EURUSD' : 'US500', { n });
  await inner.idle();
  return Math.round((2 * messages) / ((performance.now() - from) / 1_000));
}

async function main(): Promise<void> {
  let handled = 0;
  const count = (): void => {
    handled++;
  };
  const countLater = async (): Promise<void> => {
    handled++;
  };
  const synchronous = await deliveriesPerSecond(count);
  const asynchronous = await deliveriesPerSecond(countLater);
  const observed = await deliveriesPerSecond(count, true);
  const observedAsynchronous = await deliveriesPerSecond(countLater, true);
  console.log(JSON.stringify({ synchronous, asynchronous, observed, observedAsynchronous, handled }));
}

void main();
