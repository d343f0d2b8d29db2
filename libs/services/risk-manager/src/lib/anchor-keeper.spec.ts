import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { memoryLogger } from '@trading/platform-logging';
import type { RiskAccountView } from './account-view';
import { AnchorKeeper } from './anchor-keeper';
import { HistoryStore, type AnchorsState } from './history-store';
import { RISK_MANAGER_MIGRATIONS } from './risk-migrations';

const ACCOUNT = 'paper-1';

describe('keepers of one account’s anchors', () => {
  let created: TestDatabase;
  let database: Database;
  let history: HistoryStore;
  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'risk', migrations: RISK_MANAGER_MIGRATIONS });
    history = new HistoryStore(database);
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  beforeEach(() => database.query('TRUNCATE anchors, anchor_keeper'));

  const logger = memoryLogger();
  /** The keeper of a stage whose anchors stand at `sinceUs`. */
  const keeper = (sinceUs: number) => {
    const state = { tracker: { limits: [] }, sinceUs, cash: [] } as unknown as AnchorsState;
    const view = { anchorsState: () => state } as unknown as RiskAccountView;
    return new AnchorKeeper(ACCOUNT, view, history, logger);
  };
  const kept = async () => (await history.anchors(ACCOUNT))?.state.sinceUs;

  it('hand over what is kept, and the one that was replaced keeps nothing any more', async () => {
    const [older, newer] = [keeper(1), keeper(2)];
    expect(await older.begin()).toBeUndefined();
    await older.save();
    // Has something to write, and is dropped.
    await older.note();
    expect(await newer.begin()).toMatchObject({ sinceUs: 1 });
    await newer.save();
    await older.tryToSave();
    expect(await kept()).toBe(2);
    await database.transaction((tx) => older.save(tx));
    await older.stop();
    expect(await kept()).toBe(2);
    expect(logger.entries.map(({ message }) => message)).toEqual([
      'Anchors of loss limits are kept by another stage by now.',
    ]);
  });

  it('keep nothing before their session begins', async () => {
    await keeper(1).save();
    expect(await kept()).toBeUndefined();
  });
});
