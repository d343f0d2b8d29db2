import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

const PROGRAM = join(__dirname, '../dev-infra.mjs');
const NOWHERE = join(tmpdir(), `trading-dev-infra-none-${process.pid}`);

function devInfra(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [PROGRAM, ...args, '--folder', NOWHERE], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
}

describe('dev-infra', () => {
  it.each([
    [[], 'What is to be done?'],
    [['down'], 'There is no command down.'],
    [['up', '--only', 'kafka,mongo'], 'There is no server mongo.'],
    [['up', '--services', 'prediction=8181'], '--services takes name=host:port,…, not prediction=8181.'],
    [['stop', 'kafka'], 'stop takes no kafka.'],
    [['reset', '--only', 'kafka'], 'reset takes no --only'],
    [['status', '--fast'], "Unknown option '--fast'"],
  ])('refuses %j with a reason and how to use it', (args, reason) => {
    const { status, stderr } = devInfra(...args);
    expect({ status, reason: stderr.includes(reason), usage: stderr.includes('--folder F') }).toEqual({
      status: 2,
      reason: true,
      usage: true,
    });
  });

  it('says by its exit code that something does not run', () => {
    const { status, stdout } = devInfra('status', '--json', '--only', 'redis');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ folder: NOWHERE, servers: [{ name: 'redis', state: 'stopped' }] });
  });

  it('has nothing to stop or remove where nothing was started', () => {
    expect(devInfra('stop').status).toBe(0);
    expect(devInfra('reset').status).toBe(0);
  });
});

describe('the report', () => {
  const states = [
    {
      name: 'redis',
      state: 'running',
      pid: 7,
      ports: { client: 1 },
      log: '/f/redis.log',
      address: { url: 'redis://x' },
    },
    {
      name: 'kafka',
      state: 'silent',
      pid: 8,
      ports: { client: 2, secure: 3 },
      log: '/f/k.log',
      address: { brokers: [] },
    },
    { name: 'influx', state: 'stopped', absence: 'no influxd' },
  ];
  const report = (call: string): unknown =>
    evaluate({ report: 'report.mjs' }, `return report.${call}({ path: '/f' }, args[0])`, states);

  it('gives programs the addresses of what answers, and why InfluxDB is absent', () => {
    expect(report('addressesOf')).toEqual({
      folder: '/f',
      kafka: null,
      postgres: null,
      redis: { url: 'redis://x' },
      influx: null,
      influxMissing: 'no influxd',
      prometheus: null,
    });
  });

  it('gives people a table with every port and log', () => {
    expect(String(report('toText')).split('\n').slice(1)).toEqual([
      'redis   running  127.0.0.1:1                      process 7  /f/redis.log',
      'kafka   silent   127.0.0.1:2, secure 127.0.0.1:3  process 8  /f/k.log',
      'influx  absent: no influxd',
    ]);
  });
});

describe('what Prometheus watches', () => {
  it('is each service under its name', () => {
    const targets = 'return prometheus.targetsOf(args[0])';
    expect(evaluate({ prometheus: 'servers/prometheus.mjs' }, targets, { execution: '127.0.0.1:1' })).toEqual([
      { targets: ['127.0.0.1:1'], labels: { service: 'execution' } },
    ]);
  });
});

describe("Kafka's programs", () => {
  it('are kept by version and by what Maven was asked for, where TRADING_CACHE says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trading-dev-infra-'));
    try {
      const home = `process.env.TRADING_CACHE = args[0]; return [programs.kafkaHome(), programs.hasJars()]`;
      const [path, has] = evaluate({ programs: 'servers/kafka-programs.mjs' }, home, folder) as [string, boolean];
      expect(path).toMatch(/^.*\/kafka-4\.2\.0-[0-9a-f]{12}$/);
      expect(path.startsWith(folder)).toBe(true);
      expect(has).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
