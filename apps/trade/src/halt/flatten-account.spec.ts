import { FakeSystem } from '../testing/fake-clients';
import { flattenAccount } from './flatten-account';
import { resumeAccount } from './halt-account';

const REQUEST = { accountId: 'A', requestId: 'r1', reason: 'test' };

function holding(lots: number): FakeSystem {
  const fake = new FakeSystem('A');
  fake.positions.set('A', lots);
  return fake;
}

function flatten(fake: FakeSystem, looks = 1) {
  return flattenAccount(fake.clients, REQUEST, { looks, pause: async () => undefined });
}

describe('flattening an account', () => {
  it('halts at both doors before it closes through execution', async () => {
    const fake = holding(2);
    const { halt, doors, left } = await flatten(fake);
    expect(halt.halted).toBe(true);
    expect(doors.map(({ door, ok }) => [door, ok])).toEqual([['execution', true]]);
    expect(left).toEqual([]);
    expect([...fake.log.slice(0, 2)].sort()).toEqual(['gateway A halted', 'risk A TRADING_STATE_HALTED']);
    expect(fake.log[2]).toBe('execution closes 2 of A');
  });

  it.each([
    ['execution is down', (fake: FakeSystem) => fake.down.add('execution')],
    ['risk-manager is down', (fake: FakeSystem) => fake.down.add('risk-manager')],
    ['both are down', (fake: FakeSystem) => fake.down.add('execution').add('risk-manager')],
    ['risk denies the close', (fake: FakeSystem) => (fake.denial = 'QUOTE_STALE')],
    ['our books lack the position', (fake: FakeSystem) => fake.unbooked.add('A')],
  ])('closes through the gateway when %s', async (_, breakIt) => {
    const fake = holding(2);
    breakIt(fake);
    const { halt, doors, gatewayCoids, left } = await flatten(fake);
    expect(halt.halted).toBe(true);
    expect(doors.at(-1)).toMatchObject({ door: 'gateway', ok: true });
    expect(gatewayCoids).toEqual(['close-A']);
    expect(left).toEqual([]);
    expect(fake.log.at(-1)).toBe('gateway closes 2 of A');
  });

  it('does not bother the gateway about closes that execution has under way', async () => {
    const fake = holding(2);
    fake.brokerSleeps = true;
    fake.ended = true;
    const { doors, gatewayCoids, left, timeHasEnded } = await flatten(fake, 3);
    expect(doors).toHaveLength(1);
    expect(gatewayCoids).toEqual([]);
    expect(left).toHaveLength(1);
    expect(timeHasEnded).toBe(true);
  });

  it('closes nothing twice when repeated with its id', async () => {
    const fake = holding(2);
    fake.down.add('execution');
    fake.brokerSleeps = true;
    await flatten(fake);
    await flatten(fake);
    expect(fake.log.filter((line) => line.includes('closes'))).toEqual(['gateway closes 2 of A']);
  });

  it('reports what it cannot know when every door is shut', async () => {
    const fake = holding(2);
    fake.down.add('execution').add('gateway').add('risk-manager');
    const { halt, doors, left } = await flatten(fake);
    expect(halt.halted).toBe(false);
    expect(doors.map(({ ok }) => ok)).toEqual([false, false]);
    expect(left).toBeUndefined();
  });
});

describe('resuming an account', () => {
  it("leaves risk-manager's halt when the gateway cannot be opened", async () => {
    const fake = new FakeSystem('A');
    fake.states.set('A', 'TRADING_STATE_HALTED');
    fake.down.add('gateway');
    const { halted } = await resumeAccount(fake.clients, 'A', 'test');
    expect(halted).toBe(true);
    expect(fake.states.get('A')).toBe('TRADING_STATE_HALTED');
  });
});
