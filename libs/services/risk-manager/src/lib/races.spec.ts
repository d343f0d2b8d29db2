import { createTestDatabase, type TestDatabase } from '@trading/platform-database';
import { raceLimits, RACES } from '../testing/race-limits';

describe('orders that race for a limit in several processes', () => {
  let created: TestDatabase;
  beforeAll(async () => {
    created = await createTestDatabase();
  }, 30_000);
  afterAll(() => created.drop());

  it('are let through exactly as many as it admits, for every limit', async () => {
    const rounds = RACES.length * 4;
    expect(await raceLimits(rounds, 7, { url: created.url })).toEqual({ rounds, seed: 7, failures: [] });
  }, 60_000);
});
