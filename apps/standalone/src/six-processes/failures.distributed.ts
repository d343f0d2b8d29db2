import { distributedServers, type ServerName } from '../../../../tools/test/src/distributed-servers';
import { freshStores } from '../../../../tools/test/src/fresh-stores';
import { Market, SixRun, type Books, type Readiness } from '../e2e/six-run';
import { DRAIN_WITHIN_MS } from './pid-file';
import { SIX, type SixName } from './six-services';

const TEST_MS = 420_000;
/** How long a server is away at least. */
const AWAY_MS = 5_000;
/** The whole of the data would take 8 s, or 30 s where trading goes on while something is away. */
const PACE = { quick: '4000000', slow: '1000000' } as const;

/** Which services miss a server, and how they say so. */
const MISSED: readonly {
  readonly server: ServerName;
  readonly by: readonly SixName[];
  readonly probe: string;
  readonly kind: 'failed' | 'degraded';
}[] = [
  { server: 'redis', by: SIX, probe: 'redis', kind: 'degraded' },
  {
    server: 'influx',
    by: ['prediction', 'execution', 'mt4-gateway', 'mt5-gateway'],
    probe: 'influxdb',
    kind: 'degraded',
  },
  { server: 'postgres', by: SIX, probe: 'database', kind: 'failed' },
  { server: 'kafka', by: SIX, probe: 'kafka', kind: 'degraded' },
];

describe('six processes that are disturbed while they trade', () => {
  const market = new Market('2011-06', '2012-06');
  let alone: Books;
  let run: SixRun;

  beforeAll(async () => {
    alone = await market.inOneProcess();
    expect(alone.csv['trades.csv']?.trimEnd().split('\n').length).toBeGreaterThan(10);
  });
  const start = async (pace: keyof typeof PACE): Promise<void> => {
    const { influx } = distributedServers();
    const stores = await freshStores('six');
    const series = influx && {
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: influx.token,
      INFLUX_ORG: influx.org,
      INFLUX_BUCKET_PREFIX: stores['REDIS_PREFIX'],
    };
    run = new SixRun(market, { ...stores, ...series }, '--speed', PACE[pace]);
  };
  afterEach(() => run.remove());
  afterAll(() => market.folder.remove());

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'trade as one process does, each of them ended once by %s',
    async (how) => {
      await start('quick');
      for (const [index, name] of SIX.entries()) {
        const barrier = await run.passed((index + 1) / (SIX.length + 2));
        const tookMs = await run.end(name, how);
        expect(tookMs).toBeLessThan(DRAIN_WITHIN_MS);
        const wentOn = performance.now();
        await run.passes(Math.max(barrier, await run.barrier()) + 3);
        run.said(
          `${name} ended by ${how} at barrier ${barrier}, gone in ${(tookMs / 1000).toFixed(1)} s, ` +
            `trading on after ${((performance.now() - wentOn) / 1000).toFixed(1)} s`,
        );
      }
      const books = await run.books();
      run.said('the end');
      for (const name of SIX) {
        expect(run.err).toContain(`${name} ended ${how === 'SIGKILL' ? 'by SIGKILL' : 'with exit code 0'}`);
      }
      expect(books).toEqual(alone);
    },
    TEST_MS,
  );

  it(
    'trade as one process does, each of their servers killed once, and say which is away',
    async () => {
      await start('slow');
      const { influx, ...shared } = distributedServers();
      const servers = MISSED.filter(({ server }) => server !== 'influx' || influx !== undefined);
      for (const [index, { server, by, probe, kind }] of servers.entries()) {
        const barrier = await run.passed((index + 1) / (servers.length + 2));
        const all = async (isSo: (said: Readiness) => boolean): Promise<boolean> => {
          const said = await Promise.all(by.map((name) => run.readiness(name)));
          return said.every((each) => each !== undefined && isSo(each));
        };
        const begun = performance.now();
        const seconds = (): string => ((performance.now() - begun) / 1000).toFixed(1);
        const times: string[] = [];
        try {
          await shared.stop(server, 'SIGKILL');
          await run.waitFor(`${probe} in what ${by.join(', ')} say`, () => all((said) => probe in said[kind]));
          times.push(`missed after ${seconds()} s`);
          const isStillReady = await all(({ isReady }) => isReady);
          expect(isStillReady).toBe(kind === 'degraded');
          await run.waitFor('some seconds', () => performance.now() - begun > AWAY_MS);
        } finally {
          await shared.start(server);
        }
        times.push(`there again after ${seconds()} s`);
        await run.waitFor(`no ${probe} in what ${by.join(', ')} say`, () =>
          all((said) => said.isReady && !(probe in said[kind])),
        );
        times.push(`noticed after ${seconds()} s`);
        await run.passes(barrier + 3);
        run.said(`${server} killed at barrier ${barrier}, ${times.join(', ')}, trading on after ${seconds()} s`);
      }
      const books = await run.books();
      run.said('the end');
      for (const name of SIX) expect(run.err).not.toContain(`${name} ended`);
      expect(books).toEqual(alone);
    },
    TEST_MS,
  );
});
