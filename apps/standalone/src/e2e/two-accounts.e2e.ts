import { join } from 'node:path';
import type { common, execution } from '@trading/contracts';
import { ProcessLifecycle } from '@trading/platform-bootstrap';
import { createTestDatabase, type TestDatabase } from '@trading/platform-database';
import { HealthDirectory } from '@trading/platform-health';
import { silentLogger } from '@trading/platform-logging';
import { InProcessBus } from '@trading/platform-messaging';
import { FolderObjectStore } from '@trading/platform-object-store';
import { PAPER_LIMITS } from '@trading/service-risk-manager';
import {
  parseSimulatorConfig,
  TerminalSimulator,
  type SimulatorConfigInput,
} from '@trading/service-terminal-simulator';
import { surroundingsOf } from '../front/surroundings';
import { ensureSecrets, type Secrets } from '../system/secrets';
import { createHost, startServices, type RunningServices, type ServiceConfigs } from '../system/services';
import { openStores } from '../system/stores';
import { DataFolder } from './data-folder';
import { writeSyntheticTicks } from './synthetic-ticks';
import { waitFor } from './wait';

const SERVER = 'Simulator';
const LEADER = 'LEADER';
const FOLLOWER = 'FOLLOWER';
/** What each is led to, as a share of what is decided. */
const SHARES = { [LEADER]: '1', [FOLLOWER]: '0.35' };
/** The decided position: 20,000 units of a contract of 100,000. */
const LOTS = 0.2;
const SERIES = { symbol: 'EURUSD', timeframe: 'M1' } as const;

/** One strategy that decides on the first account and orders on both; the second calls the symbol otherwise. */
function configs(secrets: Secrets): ServiceConfigs {
  const gateway = {
    terminalHost: '127.0.0.1',
    terminalPort: 0,
    terminalKeys: { simulator: secrets.terminalKey },
    tradingMode: 'paper',
    approvalKeys: { key: secrets.publicKey },
    stages: ['prediction/*', 'decision', 'execution', 'risk-manager'],
    checkpointEveryMs: 1_000,
    heartbeatMs: 1_000,
    commandTimeoutMs: 10_000,
  } as const;
  return {
    runId: 'run-1',
    mt4: { ...gateway, gatewayId: 'mt4-1', platform: 'MT4', accounts: [], subscriptions: [] },
    mt5: {
      ...gateway,
      gatewayId: 'mt5-1',
      platform: 'MT5',
      accounts: [
        { accountId: LEADER, login: '1', server: SERVER, live: false },
        { accountId: FOLLOWER, login: '2', server: SERVER, live: false, symbols: { EURUSD: 'EURUSD.m' } },
      ],
      subscriptions: [SERIES],
    },
    prediction: { series: [SERIES] },
    decision: {
      runId: 'run-1',
      strategies: [
        {
          ...{ strategyId: 'cross', name: 'sma-cross', parameters: { fast: 1, slow: 3, units: 20_000, stopAtr: 0 } },
          ...{ ...SERIES, accountId: LEADER, tradeFromUs: 0 },
          legs: Object.entries(SHARES).map(([accountId, share]) => ({ accountId, share })),
        },
      ],
    },
    riskManager: {
      signingKey: secrets.signingKey,
      signingKeyId: 'key',
      defaultLimits: PAPER_LIMITS,
      enableOnCreation: [{ accountId: LEADER }, { accountId: FOLLOWER }],
      tradingMode: 'paper',
    },
  };
}

describe('a decision for two accounts', () => {
  const folder = new DataFolder();
  const stop = new AbortController();
  let database: TestDatabase;
  let lifecycle: ProcessLifecycle;
  let services: RunningServices;
  let playing: Promise<unknown>[] = [];

  beforeAll(async () => {
    const secrets = ensureSecrets(folder.path);
    database = await createTestDatabase();
    const logger = silentLogger;
    const stores = await openStores({ databaseUrl: database.url, dataDir: folder.path, port: 0, logger });
    const health = new HealthDirectory();
    lifecycle = new ProcessLifecycle({ health, grpcHost: createHost(() => Promise.resolve(true)), logger });
    lifecycle.addClosing('stores', () => stores.close());
    const bus = new InProcessBus();
    lifecycle.addClosing('bus', () => bus.close());
    const models = await FolderObjectStore.open(folder.path);
    const ports = { stores, bus, models, secrets, logger, alerts: surroundingsOf({}) };
    services = await startServices(configs(secrets), ports, lifecycle);
    const ticks = folder.file('ticks.csv');
    writeSyntheticTicks(ticks, 3_000);
    const terminal = (login: string, brokerSymbol: string): Promise<TerminalSimulator> => {
      const config: SimulatorConfigInput = {
        gateway: { host: '127.0.0.1', port: services.terminalPort },
        ...{ keyFile: secrets.terminalKeyFile, stateFolder: join(folder.path, login), fingerprint: login },
        ...{ login, server: SERVER, deposit: '100000', lockstep: false, speed: 120 },
        feeds: [{ symbol: 'EURUSD', files: [ticks], zone: 'UTC', instrument: { brokerSymbol } }],
      };
      return TerminalSimulator.open(parseSimulatorConfig(JSON.stringify(config)), logger);
    };
    const terminals = await Promise.all([terminal('1', 'EURUSD'), terminal('2', 'EURUSD.m')]);
    playing = terminals.map((each) => each.run(stop.signal));
  }, 120_000);

  afterAll(async () => {
    stop.abort();
    await Promise.allSettled(playing);
    await lifecycle.shutdown('the test is over');
    await database.drop();
    await folder.remove();
  }, 60_000);

  const filledOf = async (accountId: string): Promise<execution.Order[]> => {
    const states: common.OrderState[] = ['ORDER_STATE_FILLED'];
    return (await services.clients.execution.listOrders({ accountId, states, limit: 0, afterSeq: 0 })).orders;
  };
  const decisionsOf = (orders: readonly execution.Order[]) => orders.map(({ request }) => request?.decisionId);

  it('is an order on each, of its own size and under its own name of the symbol', async () => {
    const [leader, follower] = await waitFor('three decisions on both accounts', async () => {
      const both = await Promise.all([filledOf(LEADER), filledOf(FOLLOWER)]);
      return both.every((orders) => orders.length >= 3) ? both : undefined;
    });
    const { clients } = services;
    const names = await Promise.all(
      [LEADER, FOLLOWER].map(async (accountId) => {
        const { instruments } = await clients.gateway.listSymbols({ accountId });
        return instruments.map(({ symbol, brokerSymbol }) => `${symbol}=${brokerSymbol}`);
      }),
    );
    expect(names).toEqual([['EURUSD=EURUSD'], ['EURUSD=EURUSD.m']]);
    const first = leader.slice(0, 3);
    expect(decisionsOf(follower).slice(0, 3)).toEqual(decisionsOf(first));
    for (const [at, order] of first.entries()) {
      const theirs = follower[at];
      expect(theirs?.request).toMatchObject({ side: order.request?.side, symbol: 'EURUSD', leg: 1 });
      expect(theirs?.request?.coid).not.toBe(order.request?.coid);
    }
    const signed = (orders: readonly execution.Order[]) =>
      orders.slice(0, 3).reduce<number[]>((held, { request, filledLots }) => {
        const lots = request?.side === 'SIDE_BUY' ? Number(filledLots) : -Number(filledLots);
        return [...held, Math.round(((held.at(-1) ?? 0) + lots) * 100) / 100];
      }, []);
    expect(new Set(signed(leader).map(Math.abs))).toEqual(new Set([LOTS]));
    expect(signed(follower)).toEqual(signed(leader).map((lots) => Math.sign(lots) * 0.07));
    const explained = await clients.decision.explain({ accountId: LEADER, id: first[0]?.request?.decisionId ?? '' });
    expect(explained.decision?.legs.map(({ accountId, outcome }) => `${accountId} ${outcome}`)).toEqual([
      `${LEADER} approved`,
      `${FOLLOWER} approved`,
    ]);
    expect(explained.fills.map(({ accountId }) => accountId).sort()).toEqual([FOLLOWER, LEADER]);
  }, 90_000);

  it('leads to books that say what the brokers say', async () => {
    const { execution, gateway } = services.clients;
    const sides = async (accountId: string): Promise<readonly [string, string]> => {
      const [{ positions }, snapshot] = await Promise.all([
        execution.listPositions({ accountId }),
        gateway.getSnapshot({ accountId }),
      ]);
      const ours = positions.map(({ symbol, volumeLots }) => `${symbol} ${Number(volumeLots)}`);
      const theirs = snapshot.positions.map(
        ({ symbol, side, volumeLots }) =>
          `${symbol} ${side === 'SIDE_SELL' ? -Number(volumeLots) : Number(volumeLots)}`,
      );
      return [ours.join(), theirs.join()];
    };
    // An order may be on its way when one of them is asked.
    const agreed = await waitFor('books and brokers that agree', async () => {
      const [leader, follower] = await Promise.all([sides(LEADER), sides(FOLLOWER)]);
      const areEqual = leader[0] === leader[1] && follower[0] === follower[1];
      return areEqual && leader[0] !== '' && follower[0] !== '' ? [leader[0], follower[0]] : undefined;
    });
    expect(agreed.map((each) => each.replace('-', ''))).toEqual([`EURUSD ${LOTS}`, 'EURUSD 0.07']);
  });
});
