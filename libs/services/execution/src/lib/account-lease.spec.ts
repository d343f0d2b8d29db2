import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { InProcessBus } from '@trading/platform-messaging';
import { ACCOUNT, dealOf, orderOf, submitOf } from '../testing/messages';
import { ExecutionFixture, LEASE_MS } from '../testing/execution-fixture';
import { leasesOn } from '../testing/open-account';
import { LeaseLost } from './account-lease';
import { EXECUTION_MIGRATIONS } from './execution-migrations';

describe('the lease on an account', () => {
  let created: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'execution', migrations: EXECUTION_MIGRATIONS });
  }, 30_000);
  beforeEach(() => database.query('TRUNCATE account_lease, account'));
  afterAll(async () => {
    await database.close();
    await created.drop();
  });

  it('is taken over by raising the epoch, and lost by whoever had it when that one looks', async () => {
    const clock = { nowMs: 0 };
    const first = await leasesOn(database, 'a', clock).take('x');
    const second = await leasesOn(database, 'b').take('x');
    expect([first.epoch, second.epoch]).toEqual([1, 2]);
    // It knows of nothing yet, and may believe in its lease until that has run out.
    await first.require();
    clock.nowMs += LEASE_MS;
    await expect(first.require()).rejects.toThrow(LeaseLost);
    await second.require();
  });

  it('lasts for who renews it, and is asked for again by who was frozen', async () => {
    const clock = { nowMs: 0 };
    const leases = leasesOn(database, 'a', clock, '10.0.0.1:1');
    const lease = await leases.take('x');
    clock.nowMs += 10 * LEASE_MS;
    await lease.require();
    expect(await leases.holder('x')).toMatchObject({ owner: 'a', address: '10.0.0.1:1', epoch: 1, isCurrent: true });
    await leases.stop();
    expect(lease.isLost).toBe(true);
    expect(await leases.holder('x')).toMatchObject({ isCurrent: false });
  });

  it('goes on from the epoch of an account from before there were leases', async () => {
    await database.query(`INSERT INTO account (account_id, epoch, data) VALUES ('x', 7, '{}')`);
    expect((await leasesOn(database, 'a').take('x')).epoch).toBe(8);
    expect(await database.query('SELECT epoch FROM account')).toEqual([{ epoch: 8 }]);
  });
});

describe('two processes and one account', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(async () => {
    await system.reset();
    await system.session(0, { lockstep: false });
    await system.quote(1.0999, 1.1);
  });
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const request = (coid: string) => submitOf(orderOf(coid));

  /** Leaves the first process as it is, and has the session begin in another. */
  async function second() {
    const frozen = system.service;
    await system.freeze();
    await system.session(0, { lockstep: false });
    await system.quote(1.0999, 1.1);
    return { frozen, awake: system.service };
  }

  it('let one that was frozen beyond its lease send nothing when it wakes', async () => {
    await system.service.submitOrder(request('order-1'));
    const { frozen, awake } = await second();
    expect(system.terminal.fences).toEqual([1, 2]);
    await expect(frozen.submitOrder(request('order-2'))).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    await expect(frozen.flatten({ accountId: ACCOUNT, requestId: 'r', reason: '' })).rejects.toMatchObject({
      status: 'UNAVAILABLE',
    });
    expect(system.terminal.submitted).toEqual(['order-1']);
    expect((await awake.submitOrder(request('order-2'))).order).toMatchObject({
      state: 'ORDER_STATE_SUBMITTED',
      epoch: 2,
    });
  });

  it('let none pass the terminal that was on its way when the account went over', async () => {
    let wake = (): void => undefined;
    system.terminal.pause = new Promise((resolve) => (wake = resolve));
    const late = system.service.submitOrder(request('order-1'));
    await system.untilSubmitted('order-1');
    system.terminal.pause = undefined;
    const { awake } = await second();
    wake();
    await expect(late).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    expect(system.terminal.journal).toEqual([]);
    expect(await awake.getOrder({ accountId: ACCOUNT, coid: 'order-1' })).toMatchObject({
      state: 'ORDER_STATE_UNKNOWN',
    });
  });

  it('book what the terminal says once', async () => {
    await system.service.submitOrder(request('order-1'));
    await second();
    await system.onTrade({ $case: 'deal', value: dealOf('d1', 'order-1') });
    await system.idle();
    expect(await system.lots()).toBe('0.1');
    const { accounts } = await system.service.listAccounts();
    expect(accounts).toMatchObject([{ epoch: 2, balance: '9999.00' }]);
    expect(accounts[0]?.writer).not.toBe('');
  });

  it('answer for each other: who does not have the account sends the call on, once', async () => {
    await system.service.stop();
    system.config = { advertisedAddress: 'here:1' };
    await system.crash();
    await system.session(0, { lockstep: false });
    await system.quote(1.0999, 1.1);
    const asked: string[] = [];
    const other = system.process(new InProcessBus(), { advertisedAddress: 'there:1' }, (address, token) => {
      const isForwarded = true;
      return new Proxy(system.service, {
        get: (service, name) => (sent: never) => {
          asked.push(`${String(name)} at ${address} as ${token() ?? 'nobody'}`);
          const call = { isForwarded, token: undefined };
          return (service[name as 'submitOrder'] as (r: never, c: typeof call) => unknown).call(service, sent, call);
        },
      });
    });
    const call = { isForwarded: false, token: 'word' };
    expect(await other.submitOrder(request('order-1'), call)).toMatchObject({
      order: { state: 'ORDER_STATE_SUBMITTED' },
    });
    expect(await other.listPositions({ accountId: '' }, call)).toEqual({ positions: [] });
    expect(asked).toEqual(['submitOrder at here:1 as word', 'listPositions at here:1 as word']);
    await expect(other.submitOrder(request('order-2'), { ...call, isForwarded: true })).rejects.toMatchObject({
      code: 'ACCOUNT_UNKNOWN',
    });
  });
});
