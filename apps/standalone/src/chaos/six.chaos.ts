import { CRASH_POINTS } from '@trading/platform-crash-points';
import { liveCycles } from './live-cycles';
import { OwnServers } from './own-servers';
import { raceOrders } from './race-orders';
import { zombie } from './zombie';

/** Another seed looks elsewhere: CHAOS_SEED=7 npm run test:chaos. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);
/** Enough for each of the servers to be killed once. */
const CYCLES = 10;
const TEST_MS = 1_200_000;

describe('six processes that are broken on purpose', () => {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  /** With what was said before: the lines tell which death came before a failure. */
  const none = (failures: readonly unknown[]): void => {
    if (failures.length > 0) throw new Error(`${JSON.stringify(failures, null, 2)}\n${said.join('\n')}`);
  };
  let servers: OwnServers;
  beforeAll(async () => {
    servers = await OwnServers.start();
  }, 300_000);
  beforeEach(() => (said.length = 0));
  afterAll(() => servers.stop(), 120_000);

  it(
    `keep every account's books equal to its broker's over ${CYCLES} deaths under orders of every kind`,
    async () => {
      const options = { cycles: CYCLES, seed: SEED, points: CRASH_POINTS, withMoments: true, say, servers };
      const { failures, points } = await liveCycles(options);
      none(failures);
      expect(points).toMatchObject({ kafka: 1, postgres: 1 });
    },
    TEST_MS,
  );

  it(
    'let no order of a frozen writer reach the broker when it wakes up, also where the terminal was away meanwhile',
    async () => {
      const { failures, offline } = await zombie({ rounds: 2, seed: SEED, bars: 80, servers, say });
      none(failures);
      expect(offline).toBe(1);
    },
    TEST_MS,
  );

  it(
    'let as many of racing orders through the doors of three processes as each limit admits',
    async () => none((await raceOrders({ rounds: 12, seed: SEED, servers, say })).failures),
    TEST_MS,
  );
});
