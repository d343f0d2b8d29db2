import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { ProcessLifecycle } from '@trading/platform-bootstrap';
import { GrpcHost } from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { silentLogger } from '@trading/platform-logging';
import { gateway } from '@trading/contracts';
import { parseUpOptions } from '../front/options';
import { prepare } from '../system/prepare';
import { startSystem, type System } from '../system/system';
import { DataFolder } from './data-folder';
import { writeSyntheticTicks } from './synthetic-ticks';
import { waitFor } from './wait';

const DIST = resolve(__dirname, '../../../../dist');
const ACCOUNT = 'PAPER-1';

/** A system of this process, so that one of its services can be stopped while the others go on. */
class RunningSystem {
  readonly folder = new DataFolder();
  private readonly lifecycle = new ProcessLifecycle({
    logger: silentLogger,
    health: new HealthDirectory(),
    grpcHost: new GrpcHost(),
    drainMs: 500,
  });
  system!: System;

  async start(): Promise<void> {
    const ticks = this.folder.beside('ticks.csv');
    writeSyntheticTicks(ticks, 60_000);
    const ports = ['--http-port', '0', '--grpc-port', '0', '--terminal-port', '0'];
    const data = ['--data', ticks, '--symbol', 'EURUSD', '--strategy', 'buy-and-hold', '--speed', '400'];
    const command = parseUpOptions([...data, ...ports, '--data-dir', this.folder.path], process.env);
    if (command.kind !== 'run') throw new Error('not a run');
    const { facts, lock } = await prepare(command.options, { check: async () => undefined });
    this.lifecycle.addClosing('data folder', () => lock.release());
    const simulator = resolve(DIST, 'apps/terminal-simulator/src/main.js');
    this.system = await startSystem(facts, this.lifecycle, silentLogger, () => undefined, simulator);
  }

  async positions(): Promise<gateway.PositionSnapshot[]> {
    return (await this.system.clients.gateway.getSnapshot({ accountId: ACCOUNT })).positions;
  }

  async waitForPosition(): Promise<void> {
    await waitFor('an open position', async () => (await this.positions().catch(() => [])).length > 0);
  }

  async stopService(name: string): Promise<void> {
    await this.system.byName.get(name)?.stop();
  }

  /** The operator's command line, as a process of its own. */
  trade(...args: string[]): Promise<{ code: number; out: string }> {
    const program = resolve(DIST, 'apps/trade/src/main.js');
    return new Promise((done) => {
      execFile(process.execPath, [program, ...args, '--data-dir', this.folder.path], (error, stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr }),
      );
    });
  }

  async stop(): Promise<void> {
    await this.lifecycle.shutdown('the test is over');
    await this.folder.remove();
  }
}

describe.each(['execution', 'risk-manager', 'decision'])('with %s stopped', (service) => {
  const running = new RunningSystem();

  beforeAll(async () => {
    await running.start();
    await running.waitForPosition();
    await running.stopService(service);
  });
  afterAll(() => running.stop());

  it('halts by a flag of the gateway that outlives it', async () => {
    const { code } = await running.trade('halt', '--all', '--reason', 'a service is away');
    expect(code).toBe(0);
    const { sessions } = await running.system.clients.gateway.listSessions({});
    expect(sessions).toContainEqual(expect.objectContaining({ accountId: ACCOUNT, halted: true }));
  });

  it('flattens at the broker, and once', async () => {
    await running.trade('flatten', '--all', '--request-id', 'drill-1');
    await waitFor('a flat account', async () => (await running.positions()).length === 0, 20_000);
    await running.trade('flatten', '--all', '--request-id', 'drill-1');
    const { deals } = await running.system.clients.gateway.getSnapshot({ accountId: ACCOUNT });
    expect(deals).toHaveLength(2);
  });
});
