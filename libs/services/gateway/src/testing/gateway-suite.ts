import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import type { GatewayConfig } from '../lib/gateway-config';
import { GATEWAY_MIGRATIONS } from '../lib/gateway-migrations';
import { GatewayFixture } from './gateway-fixture';

/** A database for the specs of one file, and a gateway for each of them. */
export interface GatewaySuite {
  readonly gateway: GatewayFixture;
  readonly database: Database;
  /** Starts the gateway anew: what is in the database stays after `crash`, and is gone after `stop`. */
  restart(how: 'stop' | 'crash', config?: Partial<GatewayConfig>): Promise<void>;
}

/** Registers what a file of specs needs around them. */
export function useGateway(config: Partial<GatewayConfig> = {}): GatewaySuite {
  let created: TestDatabase;
  let database: Database;
  let gateway: GatewayFixture;
  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'gateway', migrations: GATEWAY_MIGRATIONS });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  beforeEach(async () => {
    gateway = await GatewayFixture.start(database, config);
  });
  afterEach(() => gateway.stop());
  return {
    get gateway() {
      return gateway;
    },
    get database() {
      return database;
    },
    async restart(how, more = config) {
      await gateway[how]();
      gateway = await GatewayFixture.start(database, more);
    },
  };
}
