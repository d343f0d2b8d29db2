import { silentLogger } from '@trading/platform-logging';
import { BusClosed, type EventBus, type Subscription } from '@trading/platform-messaging';
import { patientBus } from './patient-bus';

/** A bus whose brokers come, or never do. */
function setUp(patienceMs = 0) {
  let come!: (subscription: Subscription) => void;
  let fail!: (error: Error) => void;
  const defects: string[] = [];
  const bus: EventBus = {
    publish: async () => undefined,
    close: async () => undefined,
    consume: () => new Promise((resolve, reject) => ([come, fail] = [resolve, reject])),
  };
  const patient = patientBus(bus, silentLogger, (reason) => defects.push(reason), patienceMs);
  const stops: string[] = [];
  const subscription = { stop: async () => void stops.push('stopped') };
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    consume: () => patient.consume({ group: 'g', delivery: 'shared' } as never, []),
    come: () => come(subscription),
    fail: (error: Error) => fail(error),
    defects,
    stops,
    turn,
  };
}

describe('a patient bus', () => {
  it('ends a subscription that came late', async () => {
    const { consume, come, stops, turn } = setUp();
    const late = await consume();
    come();
    await turn();
    await late.stop();
    expect(stops).toEqual(['stopped']);
  });

  it('does not wait at its end for brokers that never came, and ends what comes all the same', async () => {
    const { consume, come, stops, turn } = setUp();
    await (await consume()).stop();
    expect(stops).toEqual([]);
    come();
    await turn();
    expect(stops).toEqual(['stopped']);
  });

  it('waits for absent brokers once, not once for each subscription', async () => {
    const { consume } = setUp(200);
    const begun = performance.now();
    for (let n = 0; n < 10; n++) await consume();
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  it('calls a subscription that is refused a defect, and one that the end of the process overtakes none', async () => {
    const { consume, fail, defects, turn } = setUp();
    await consume();
    fail(new BusClosed('tick.v1'));
    await turn();
    expect(defects).toEqual([]);
    await consume();
    fail(new Error('no such group'));
    await turn();
    expect(defects).toEqual(['g cannot be subscribed: Error: no such group']);
  });
});
