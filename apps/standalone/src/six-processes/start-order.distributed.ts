import { ProcessLifecycle } from '@trading/platform-bootstrap';
import { GrpcHost } from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { silentLogger } from '@trading/platform-logging';
import { distributedServers } from '../../../../tools/test/src/distributed-servers';
import { freshStores } from '../../../../tools/test/src/fresh-stores';
import { DataFolder } from '../e2e/data-folder';
import { Market, readinessOf, type Books, type Readiness } from '../e2e/six-run';
import { comparable } from '../e2e/summary';
import { waitFor } from '../e2e/wait';
import { conclude } from '../system/conclude';
import { play } from '../system/play';
import { prepare } from '../system/prepare';
import { parseDevCommand } from './dev-options';
import { signal } from './pid-file';
import { SIX, type SixName } from './six-services';
import { startSixSystem, type Launch } from './six-system';

const TEST_MS = 420_000;
const COMES_WITHIN_MS = 120_000;
const BETWEEN_MS = 1_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('six processes', () => {
  const market = new Market('2011-06', '2011-12');
  const folder = new DataFolder();
  const lifecycle = new ProcessLifecycle({
    logger: silentLogger,
    health: new HealthDirectory(),
    grpcHost: new GrpcHost(),
    drainMs: 40_000,
  });
  const inherited = { ...process.env };
  let alone: Books;

  /** Plays the market through processes that are started by `launch`. */
  async function trade(launch: Launch): Promise<Books> {
    const ports = ['http', 'grpc', 'terminal'].flatMap((name) => [`--${name}-port`, '0']);
    const command = parseDevCommand(
      ['--data-dir', folder.path, ...ports, '--no-prometheus', ...market.args],
      process.env,
    );
    if (command.kind !== 'run') throw new Error('not a run');
    const prepared = await prepare(command.options, { check: async () => undefined, home: 'six processes' });
    lifecycle.addClosing('data folder', () => prepared.lock.release());
    const system = await startSixSystem(command.options, prepared, lifecycle, silentLogger, launch);
    const played = await play(system, prepared.facts, process.stderr, () => false);
    if (played === undefined) throw new Error('The run was interrupted.');
    const { summary, complaints } = await conclude(system, prepared.facts, played);
    expect(complaints).toEqual([]);
    return { summary: comparable(JSON.parse(JSON.stringify(summary)) as never), csv: folder.csv() };
  }

  beforeAll(async () => {
    alone = await market.inOneProcess();
    Object.assign(process.env, await freshStores('six'));
  });
  afterAll(async () => {
    await lifecycle.shutdown('the test is over');
    await Promise.all([folder.remove(), market.folder.remove()]);
    process.env = inherited;
  });

  it(
    'trade as one process does, started one by one in the opposite order before PostgreSQL and Kafka are there',
    async () => {
      const { stop, start } = distributedServers();
      const begun = performance.now();
      const said = (what: string): void =>
        void process.stderr.write(`    ${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
      try {
        await Promise.all([stop('kafka', 'SIGTERM'), stop('postgres', 'SIGTERM')]);
        said('PostgreSQL and Kafka are away');
        const books = await trade(async (processes, http) => {
          const says = (name: SixName, what: string, isSo: (said: Readiness) => boolean): Promise<unknown> =>
            waitFor(
              `${name} to say ${what}`,
              async () => {
                const readiness = await readinessOf(name, http[name]);
                return readiness !== undefined && isSo(readiness);
              },
              COMES_WITHIN_MS,
            );
          for (const name of [...SIX].reverse()) {
            processes.of[name].start();
            await pause(BETWEEN_MS);
          }
          for (const name of SIX) {
            await says(name, 'that it waits for PostgreSQL', ({ isReady, failed }) => {
              return !isReady && /PostgreSQL cannot be reached yet/.test(failed['start'] ?? '');
            });
          }
          said('all wait for PostgreSQL');
          await start('postgres');
          // Calls are answered while the event bus is not there yet.
          for (const name of SIX) {
            await says(name, 'that it misses Kafka', ({ isReady, degraded }) => isReady && 'kafka' in degraded);
          }
          said('all are ready, without Kafka');
          for (const name of ['execution', 'mt5-gateway'] as const) {
            signal(processes.of[name].pid ?? 0, 'SIGTERM');
            await waitFor(`the end of ${name}`, () => processes.of[name].lastEnd, COMES_WITHIN_MS);
            expect(processes.of[name].lastEnd).toBe('with exit code 0');
          }
          said('two of them have ended in order and start again');
          await start('kafka');
          said('Kafka is there');
          for (const name of SIX) {
            await says(name, 'that nothing is missing', ({ isReady, degraded }) => isReady && !('kafka' in degraded));
          }
          said('all have their topics');
        });
        said('the end');
        expect(books).toEqual(alone);
      } finally {
        await Promise.all([start('postgres'), start('kafka')]);
      }
    },
    TEST_MS,
  );
});
