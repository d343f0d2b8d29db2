import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { distributedServers, freshDatabase, freshPrefix } from '../../../../tools/test/src/distributed-servers';
import { DataFolder, isSimulator } from '../e2e/data-folder';
import { Program, type Ended } from '../e2e/program';
import { comparable, summaryOf } from '../e2e/summary';
import { waitFor } from '../e2e/wait';
import { defaultDataFile } from '../front/default-data';
import { signal } from './pid-file';
import { SIX, type SixName } from './six-services';

/** Daily bars of the S&P 500 of half a year, in which the model trades. */
const [FROM, TO] = ['2011-06', '2011-12'];
/** The whole of it takes at least twenty seconds then: there is time to interrupt. */
const SLOWLY = ['--speed', '800000'];
const ENDS_WITHIN_MS = 240_000;
const TEST_MS = 420_000;

interface SixEndpoints {
  readonly pid: number;
  readonly services: Readonly<Record<SixName, { readonly http: string; readonly grpc: string }>>;
}

function sliceOfDefaultData(file: string): number {
  const [head = '', ...rows] = readFileSync(defaultDataFile(), 'utf8').trimEnd().split('\n');
  const slice = rows.filter((row) => row >= FROM && row < TO);
  writeFileSync(file, [head, ...slice, ''].join('\n'));
  return slice.length;
}

describe('six processes', () => {
  const one = new DataFolder();
  const data = one.beside('sp500.csv');
  let bars: number;
  let alone: { summary: string; csv: Record<string, string> };
  let folder: DataFolder;
  let env: NodeJS.ProcessEnv;

  const trading = (...args: string[]): string[] => ['--data', data, '--symbol', 'US500', '--tz', 'UTC', ...args];
  const dev = (...args: string[]): Program => Program.dev(['--data-dir', folder.path, ...trading(...args)], env);
  const trade = (...args: string[]): Promise<Ended> => Program.trade([...args, '--data-dir', folder.path]).ended();
  const endpointsOf = (program: Program): SixEndpoints | undefined =>
    folder.endpoints(program.pid) as unknown as SixEndpoints | undefined;
  const expectAsOneProcess = (ended: Ended): void => {
    expect(ended.code).toBe(0);
    expect(comparable(summaryOf(ended))).toBe(alone.summary);
    expect(folder.csv()).toEqual(alone.csv);
  };
  /** The processes of a service, as the list of processes has them. */
  const processesOf = (name: SixName): number[] =>
    folder.processes().flatMap(({ pid, command }) => (command.includes(`apps/${name}/src/main.js`) ? [pid] : []));
  const ordersExist = (program: Program): Promise<unknown> =>
    program.waitFor(
      'an order',
      async () => {
        const { code, out } = await trade('explain', 'last');
        return code === 0 && out.includes('US500');
      },
      ENDS_WITHIN_MS,
    );

  beforeAll(async () => {
    bars = sliceOfDefaultData(data);
    const ended = await Program.up(['--data-dir', one.path, ...trading('--exit-at-end', '--json')]).ended();
    alone = { summary: comparable(summaryOf(ended)), csv: one.csv() };
  });
  beforeEach(async () => {
    folder = new DataFolder();
    const { brokers, redisUrl, influx } = distributedServers();
    const prefix = freshPrefix();
    env = {
      KAFKA_BROKERS: brokers.join(','),
      KAFKA_TOPIC_PREFIX: `${prefix}.`,
      DATABASE_URL: await freshDatabase('six'),
      REDIS_URL: redisUrl,
      REDIS_PREFIX: prefix,
      ...(influx && {
        INFLUX_URL: influx.url,
        INFLUX_TOKEN: influx.token,
        INFLUX_ORG: influx.org,
        INFLUX_BUCKET_PREFIX: prefix,
      }),
    };
  });
  afterEach(() => folder.remove());
  afterAll(() => one.remove());

  it(
    'trade as one process does, to the byte, and leave nothing behind',
    async () => {
      const ended = await dev('--exit-at-end', '--json').ended(ENDS_WITHIN_MS);
      expectAsOneProcess(ended);
      const summary = summaryOf(ended);
      expect(summary).toMatchObject({ bars, decisions: bars, booksAgree: { agree: true } });
      expect(summary.orders.filled).toBeGreaterThan(0);
      expect(ended.out.trimEnd().split('\n')).toHaveLength(1);
      expect(folder.processes()).toEqual([]);
      expect(existsSync(folder.file('endpoints.json'))).toBe(false);
      const secrets = [folder.operatorToken(), readFileSync(folder.file('secrets', 'service.token'), 'utf8').trim()];
      const password = new URL(env['DATABASE_URL'] ?? '').password;
      const said = [ended.err, ...SIX.map((name) => readFileSync(folder.file('logs', `${name}.log`), 'utf8'))].join();
      for (const secret of [...secrets, password]) expect(said.includes(secret)).toBe(false);
    },
    TEST_MS,
  );

  it(
    'go on when a service dies under them, answer the command line, and end at Ctrl-C',
    async () => {
      const program = dev('--json', '--no-watch', ...SLOWLY);
      await ordersExist(program);
      expect(program.out).toBe('');
      const [decision] = processesOf('decision');
      signal(decision ?? 0, 'SIGKILL');
      await program.waitFor('its successor', () => processesOf('decision').some((pid) => pid !== decision));
      expect(program.err).toContain('decision ended by SIGKILL; it is started again in 0.5 s.');
      await program.waitFor('the end of the data', () => program.out.endsWith('\n'), ENDS_WITHIN_MS);
      expect(comparable(JSON.parse(program.out) as never)).toBe(alone.summary);
      expect(folder.csv()).toEqual(alone.csv);

      const status = JSON.parse((await trade('status', '--json')).out) as {
        readiness: { value: { services: readonly { service: string; isReady: boolean }[] } };
      };
      const ready = status.readiness.value.services.filter(({ isReady }) => isReady).map(({ service }) => service);
      expect(ready.sort()).toEqual([...SIX].sort());
      expect((await trade('halt', 'PAPER-1', '--reason', 'a drill')).code).toBe(0);
      expect((await trade('status', '--check')).code).toBe(4);
      expect((await trade('resume', 'PAPER-1', '--reason', 'over')).code).toBe(0);
      expect((await trade('accounts')).out).toContain('ACTIVE');
      const { services } = endpointsOf(program) ?? { services: undefined };
      const accounts = await Program.trade(['status', '--grpc', services?.execution.grpc ?? '']).ended();
      expect(accounts.out).toContain('PAPER-1');

      const ended = await program.stop('SIGINT');
      expect(ended.code).toBe(0);
      expect(ended.err).not.toMatch(/\n\s+at .+:\d+:\d+/);
      expect(folder.processes()).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'are replaced by the next start when what started them was killed, which goes on with the run',
    async () => {
      const program = dev('--json', ...SLOWLY);
      await ordersExist(program);
      await program.stop('SIGKILL');
      const left = SIX.flatMap(processesOf);
      expect(left).toHaveLength(6);
      const next = dev('--exit-at-end', '--json');
      const ended = await next.ended(ENDS_WITHIN_MS);
      expect(ended.err).toMatch(/Services that were left running were stopped: prediction, .*mt5-gateway/);
      expect(ended.err).toMatch(/resum/i);
      expectAsOneProcess(ended);
      expect(folder.processes()).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'are stopped from another terminal, also what was left of a program that was killed',
    async () => {
      const stop = (): Promise<Ended> => Program.devTask('stop', folder.path).ended(ENDS_WITHIN_MS);
      const program = dev('--json', ...SLOWLY);
      await program.waitFor('its terminal', () => folder.processes().some(isSimulator));
      expect((await stop()).code).toBe(0);
      expect((await program.ended()).code).toBe(0);
      const killed = dev('--json', ...SLOWLY);
      await killed.waitFor('its terminal', () => folder.processes().some(isSimulator));
      await killed.stop('SIGKILL');
      expect(folder.processes()).toHaveLength(7);
      expect((await stop()).code).toBe(0);
      expect(folder.processes()).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'are gone at once after a second Ctrl-C',
    async () => {
      const program = dev('--json', '--no-watch');
      await program.waitFor('its services', () => SIX.every((name) => processesOf(name).length === 1));
      program.signal('SIGINT');
      program.signal('SIGINT');
      expect((await program.ended()).code).not.toBe(null);
      await waitFor('the end of all processes', () => folder.processes().length === 0);
    },
    TEST_MS,
  );
});
