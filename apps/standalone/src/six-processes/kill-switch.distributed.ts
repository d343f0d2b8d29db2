import { ProcessLifecycle } from '@trading/platform-bootstrap';
import { GrpcHost } from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { silentLogger } from '@trading/platform-logging';
import { distributedServers } from '../../../../tools/test/src/distributed-servers';
import { freshStores } from '../../../../tools/test/src/fresh-stores';
import { DataFolder } from '../e2e/data-folder';
import { Program, type Ended } from '../e2e/program';
import { Market, readinessOf } from '../e2e/six-run';
import { waitFor } from '../e2e/wait';
import { prepare } from '../system/prepare';
import type { TradingSystem } from '../system/trading-system';
import { parseDevCommand } from './dev-options';
import type { SixProcesses } from './six-processes';
import { SIX, type SixName } from './six-services';
import { startSixSystem } from './six-system';

const TEST_MS = 420_000;
const COMES_WITHIN_MS = 120_000;
const ACCOUNT = 'PAPER-1';
/** Two years of daily bars take minutes: simulated time must not end while something is away. */
const SLOWLY = ['--speed', '250000'];

/** Six processes of which each can be held away for as long as a test wants, as a supervisor would not. */
class SixSystem {
  readonly folder = new DataFolder();
  private readonly market = new Market('2011-06', '2013-06');
  private readonly lifecycle = new ProcessLifecycle({
    logger: silentLogger,
    health: new HealthDirectory(),
    grpcHost: new GrpcHost(),
    drainMs: 40_000,
  });
  private readonly inherited = { ...process.env };
  private processes!: SixProcesses;
  private http!: Readonly<Record<SixName, string>>;
  private system!: TradingSystem;

  async start(): Promise<void> {
    Object.assign(process.env, await freshStores('six'));
    const ports = ['http', 'grpc', 'terminal'].flatMap((name) => [`--${name}-port`, '0']);
    const args = ['--data-dir', this.folder.path, ...ports, '--no-prometheus', '--no-watch', ...this.market.args];
    const strategy = args.indexOf('--strategy');
    // It has a position from the first bar on, until somebody closes it.
    args.splice(strategy, 6, '--strategy', 'buy-and-hold');
    const command = parseDevCommand([...args, ...SLOWLY], process.env);
    if (command.kind !== 'run') throw new Error('not a run');
    const prepared = await prepare(command.options, { check: async () => undefined, home: 'six processes' });
    this.lifecycle.addClosing('data folder', () => prepared.lock.release());
    this.system = await startSixSystem(command.options, prepared, this.lifecycle, silentLogger, (processes, http) => {
      [this.processes, this.http] = [processes, http];
      processes.start();
    });
  }

  /** The operator's command line, as a process of its own. */
  trade(...args: string[]): Promise<Ended> {
    return Program.trade([...args, '--data-dir', this.folder.path]).ended(COMES_WITHIN_MS);
  }

  async kill(name: SixName): Promise<void> {
    this.processes.of[name].kill();
    await waitFor(`the end of ${name}`, () => this.processes.of[name].pid === undefined, COMES_WITHIN_MS);
  }

  revive(name: SixName): void {
    this.processes.of[name].start();
  }

  /** Waits until no service misses anything. */
  async allAreWell(): Promise<void> {
    // The gateway of the other platform says that it has no accounts.
    for (const name of SIX.filter((each) => each !== 'mt4-gateway')) {
      await waitFor(
        `${name} to be ready and to miss nothing`,
        async () => {
          const said = await readinessOf(name, this.http[name]);
          return said?.isReady === true && Object.keys(said.degraded).length === 0;
        },
        COMES_WITHIN_MS,
      );
    }
  }

  async barrier(): Promise<number> {
    const { sessions } = await this.system.clients.gateway.listSessions({});
    return sessions.find(({ accountId, connected }) => accountId === ACCOUNT && connected)?.barrier ?? 0;
  }

  async isHalted(): Promise<boolean> {
    const { sessions } = await this.system.clients.gateway.listSessions({});
    return sessions.some(({ accountId, halted }) => accountId === ACCOUNT && halted);
  }

  async positions(): Promise<number> {
    return (await this.system.clients.gateway.getSnapshot({ accountId: ACCOUNT })).positions.length;
  }

  async deals(): Promise<number> {
    return (await this.system.clients.gateway.getSnapshot({ accountId: ACCOUNT })).deals.length;
  }

  async booked(): Promise<number> {
    const { positions } = await this.system.clients.execution.listPositions({ accountId: ACCOUNT });
    return positions.length;
  }

  waitFor(what: string, look: () => Promise<boolean>): Promise<unknown> {
    return waitFor(what, () => look().catch(() => false), COMES_WITHIN_MS);
  }

  async stop(): Promise<void> {
    await this.lifecycle.shutdown('the test is over');
    await Promise.all([this.folder.remove(), this.market.folder.remove()]);
    process.env = this.inherited;
  }
}

describe.each(['execution', 'risk-manager', 'decision', 'kafka'] as const)('six processes without %s', (away) => {
  const six = new SixSystem();

  beforeAll(async () => {
    await six.start();
    await six.waitFor('an open position', async () => (await six.positions()) === 1 && (await six.booked()) === 1);
  }, TEST_MS);
  afterAll(async () => {
    if (away === 'kafka') await distributedServers().start('kafka');
    await six.stop();
  }, TEST_MS);

  it(
    'are halted and flattened by the command line, and go on together when it is back',
    async () => {
      if (away === 'kafka') await distributedServers().stop('kafka', 'SIGKILL');
      else await six.kill(away);

      const halted = await six.trade('halt', ACCOUNT, '--reason', `${away} is away`);
      expect(halted).toMatchObject({ code: 0 });
      expect(await six.isHalted()).toBe(true);

      const flattened = await six.trade('flatten', ACCOUNT, '--request-id', 'drill-1');
      process.stderr.write(`    flatten without ${away}: ${flattened.code}\n${flattened.out}${flattened.err}\n`);
      // A session that begins again while Kafka is away may go back to before the position: it is looked at afterwards.
      if (away !== 'kafka') {
        await six.waitFor('a flat account', async () => (await six.positions()) === 0);
        six.revive(away);
      } else await distributedServers().start('kafka');

      await six.allAreWell();
      await six.waitFor('flat books at the broker and here', async () => {
        return (await six.positions()) === 0 && (await six.booked()) === 0;
      });
      const barrier = await six.barrier();
      await six.waitFor('time to go on', async () => (await six.barrier()) > barrier + 10);
      await six.allAreWell();

      await six.trade('flatten', ACCOUNT, '--request-id', 'drill-1');
      expect(await six.deals()).toBe(2);
      const resumed = await six.trade('resume', ACCOUNT, '--reason', `${away} is back`);
      expect(resumed).toMatchObject({ code: 0 });
      expect(await six.isHalted()).toBe(false);
    },
    TEST_MS,
  );
});
