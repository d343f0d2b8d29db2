import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decision, prediction, TOPICS } from '@trading/contracts';
import { closeGrpcClient, createGrpcClient, type DefinitionFor } from '@trading/platform-grpc';
import { partitionOf } from '@trading/platform-kafka';
import { silentLogger } from '@trading/platform-logging';
import { freshStores } from '../../../../tools/test/src/fresh-stores';
import { TERMINAL_KEY_ID, tradingEnvironment, type Traded } from '../e2e/fleet-environment';
import {
  connectedSession,
  outcomeOf,
  storedRows,
  untilBarrier,
  untilEnd,
  type AccountOutcome,
  type StoredRows,
} from '../e2e/fleet-outcome';
import { ServiceFleet, type FleetProcess } from '../e2e/service-fleet';
import { writeSyntheticTicks } from '../e2e/synthetic-ticks';
import { waitFor } from '../e2e/wait';
import { connectToSix, type SixClients } from './six-clients';
import { forEachOfSix } from './six-services';

/** Keys whose partitions differ in parity: of two processes each has one of them. */
const SYMBOLS = ['EURUSD', 'GBPUSD'] as const;
const ACCOUNTS = ['PAPER-1', 'PAPER-7'] as const;
const [FIRST_ACCOUNT] = ACCOUNTS;
const TRADED: Traded = {
  accounts: ACCOUNTS,
  symbols: SYMBOLS,
  timeframe: 'M1',
  strategy: { name: 'sma-cross', parameters: { fast: 1, slow: 3 } },
};
const TICKS = 5_000;
/** Bars half a second apart: over a minute of them, so that processes come and go before their end on a busy machine too. */
const SLOWLY = 120;
/** A machine may have other work. */
const WITHIN_MS = 120_000;
const TEST_MS = 4 * WITHIN_MS;
const STOPPED_MS = 4_000;
/** What garbage not yet collected may come to, in MiB. */
const GROWTH_MIB = 64;

interface Result {
  readonly accounts: Readonly<Record<string, AccountOutcome>>;
  readonly stored: StoredRows;
}

describe('simulated time across partitions and processes', () => {
  const data = mkdtempSync(join(tmpdir(), 'trading-partitions-'));
  const files = new Map(SYMBOLS.map((symbol) => [symbol, join(data, `${symbol}.csv`)] as const));
  const dialled: object[] = [];
  let fleet: ServiceFleet;
  let six: SixClients;
  let terminals: FleetProcess[];
  let databaseUrl: string;
  let expected: Result;

  const begin = async (speed: 'max' | number): Promise<void> => {
    const stores = await freshStores('partitions');
    databaseUrl = stores.DATABASE_URL;
    fleet = await new ServiceFleet(tradingEnvironment(TRADED, stores)).choosePorts();
    await fleet.startSix();
    six = connectToSix(
      forEachOfSix((name) => fleet.grpcOf(name)),
      fleet.secrets.serviceToken,
      { withinMs: 60_000, isOver: () => false },
    );
    terminals = play(speed);
  };
  const play = (speed: 'max' | number): FleetProcess[] =>
    ACCOUNTS.map((login) => {
      const feeds = SYMBOLS.map((symbol) => ({ symbol, files: [files.get(symbol) ?? ''], zone: 'UTC' }));
      return fleet.startSimulator({
        login,
        keyId: TERMINAL_KEY_ID,
        expiry: 'arrival',
        commissionPerLot: '7',
        speed,
        feeds,
      });
    });
  const atEnd = async (): Promise<Result> => {
    for (const account of ACCOUNTS) await untilEnd(six, account, WITHIN_MS);
    const stored = await storedRows(databaseUrl, TRADED);
    const outcomes = await Promise.all(ACCOUNTS.map(async (id) => [id, await outcomeOf(six, id)] as const));
    return { accounts: Object.fromEntries(outcomes), stored };
  };
  const end = async (): Promise<void> => {
    for (const client of dialled.splice(0)) closeGrpcClient(client);
    six.close();
    await fleet.close();
  };
  const dial = <S extends object>(definition: DefinitionFor<S>, { grpc }: FleetProcess): S => {
    const { serviceToken: token } = fleet.secrets;
    const client = createGrpcClient<S>(definition, grpc, { deadlineMs: 5_000, token, logger: silentLogger });
    dialled.push(client);
    return client;
  };
  const until = (n: number): Promise<void> => untilBarrier(six, FIRST_ACCOUNT, n, WITHIN_MS);
  const barrier = async (): Promise<number> => (await connectedSession(six, FIRST_ACCOUNT)).barrier;
  /** Symbols that a process of prediction works on. */
  const symbolsOf = async (of: FleetProcess): Promise<string[]> => {
    const client = dial<prediction.PredictionService>(prediction.PredictionServiceService, of);
    const found = await Promise.all(
      SYMBOLS.map((symbol) =>
        client
          .getPrediction({ accountId: FIRST_ACCOUNT, symbol, timeframe: TRADED.timeframe })
          .then(() => [symbol])
          .catch(() => []),
      ),
    );
    return found.flat();
  };
  /** Accounts that a process of decision has decided for. */
  const accountsOf = async (of: FleetProcess): Promise<string[]> => {
    const client = dial<decision.DecisionService>(decision.DecisionServiceService, of);
    const { strategies } = await client.listStrategies({});
    return [...new Set(strategies.flatMap((each) => (each.decisions > 0 ? each.accountIds : [])))];
  };

  /** Whether a process of decision was given accounts when its group last shared them. */
  const hasAccounts = ({ log }: FleetProcess): boolean => {
    const shares = log.split('\n').filter((line) => line.includes('the group has shared its partitions'));
    return /account\.event\.v1":\[\d/.test(shares.findLast((line) => !line.includes('prediction.v1')) ?? '');
  };

  beforeAll(async () => {
    let seed = 1;
    for (const file of files.values()) writeSyntheticTicks(file, TICKS, seed++);
    await begin('max');
    try {
      expected = await atEnd();
    } finally {
      await end();
    }
  }, TEST_MS);
  afterAll(() => rmSync(data, { recursive: true }));

  it('trades two symbols of two accounts, whose partitions two processes would share', () => {
    const parities = (keys: readonly string[], { partitions }: { partitions: number }): number =>
      new Set(keys.map((key) => partitionOf(key, partitions) % 2)).size;
    expect(parities(SYMBOLS, TOPICS.marketTick)).toBe(2);
    expect(parities(ACCOUNTS, TOPICS.accountEvent)).toBe(2);
    const bars = Math.max(...Object.values(expected.stored.bars));
    expect(bars).toBeGreaterThan(140);
    expect(expected.stored.decisions).toHaveLength(bars * SYMBOLS.length * ACCOUNTS.length);
    for (const account of ACCOUNTS) {
      const outcome = expected.accounts[account];
      expect(outcome).toMatchObject({ ticks: SYMBOLS.length * TICKS, booksAgree: true });
      expect(outcome?.orders.length).toBeGreaterThan(10);
      expect(outcome?.trades.length).toBeGreaterThan(5);
    }
  });

  describe('with second processes', () => {
    let secondPrediction: FleetProcess;
    let secondDecision: FleetProcess;
    beforeAll(() => begin(SLOWLY), TEST_MS);
    afterAll(() => end(), TEST_MS);

    it(
      'shares symbols and accounts with them from when they join',
      async () => {
        await until(10);
        [secondPrediction, secondDecision] = await Promise.all([fleet.start('prediction'), fleet.start('decision')]);
        await waitFor(
          'each process to have its share',
          async () =>
            (await symbolsOf(secondPrediction).catch(() => [])).length === 1 &&
            (await accountsOf(secondDecision).catch(() => [])).length === 1,
          WITHIN_MS,
        );
        expect(await symbolsOf(fleet.of('prediction'))).toHaveLength(1);
      },
      TEST_MS,
    );

    it(
      'waits for a slow one, in whose place nothing piles up',
      async () => {
        const all = [...fleet.processes];
        const before = all.map((each) => each.residentMib);
        for (const each of [fleet.of('decision'), secondDecision]) each.signal('SIGSTOP');
        await new Promise((resolve) => setTimeout(resolve, STOPPED_MS / 2));
        const stood = await barrier();
        await new Promise((resolve) => setTimeout(resolve, STOPPED_MS / 2));
        expect(await barrier()).toBe(stood);
        for (const each of [fleet.of('decision'), secondDecision]) each.signal('SIGCONT');
        await until(stood + 5);
        const grown = all.map((each, i) => each.residentMib - (before[i] ?? 0));
        expect(Math.max(...grown)).toBeLessThan(GROWTH_MIB);
      },
      TEST_MS,
    );

    it(
      'goes on while one of them is held up for so long that others take its work, whatever it does when it is back',
      async () => {
        const mine = await accountsOf(secondDecision);
        const [account = ''] = mine;
        const before = (await connectedSession(six, account)).barrier;
        secondDecision.signal('SIGSTOP');
        await untilBarrier(six, account, before + 5, WITHIN_MS);
        secondDecision.signal('SIGCONT');
        await untilBarrier(six, account, before + 10, WITHIN_MS);
      },
      TEST_MS,
    );

    it(
      'goes on when some leave in order and some do not, and trades what one process of each does',
      async () => {
        await waitFor('the share of who is back', () => hasAccounts(secondDecision), WITHIN_MS);
        expect(await fleet.of('prediction').stop('SIGTERM')).toBe(0);
        await secondDecision.stop('SIGKILL');
        expect((await connectedSession(six, FIRST_ACCOUNT)).ended).toBe(false);
        // Nothing more to interrupt: terminals that start again go on where they were, as fast as they can.
        await Promise.all(terminals.map((each) => each.stop('SIGTERM')));
        terminals = play('max');
        expect(await atEnd()).toEqual(expected);
      },
      TEST_MS,
    );
  });
});
