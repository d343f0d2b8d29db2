import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DataFolder, isSimulator } from './data-folder';
import { freePort } from './free-port';
import { Program, type Ended } from './program';
import { comparable, summaryOf } from './summary';
import { MEAN_SPACING_MS, writeSyntheticTicks } from './synthetic-ticks';
import { at, list, TradingTool } from './trading-tool';

const TICKS = 20_000;
/** The whole of it would take about seven seconds: there is time to interrupt. */
const SPEED = String((TICKS * MEAN_SPACING_MS) / 7_000);
const RESUMED = /resum/i;

describe('an interrupted run', () => {
  const source = new DataFolder();
  const ticks = source.beside('ticks.csv');
  const optionsFor = (file: string): string[] => [
    '--data',
    file,
    '--symbol',
    'EURUSD',
    '--strategy',
    'sma-cross',
    '--exit-at-end',
    '--json',
  ];
  let folder: DataFolder;
  let undisturbed: { summary: string; csv: Record<string, string> };

  const up = (...args: string[]): Program => Program.up(['--data-dir', folder.path, ...optionsFor(ticks), ...args]);
  /** Waits until so much of the data has passed through the program. */
  const passed = async (program: Program, share: number): Promise<void> => {
    const endpoints = await program.waitFor('its endpoints', () => folder.endpoints(program.pid));
    const tool = new TradingTool(endpoints.grpc);
    try {
      await program.waitFor(`${share * 100} % of the data`, async () => {
        const answer = await tool.call('trading.gateway.v1.GatewayService/ListSessions').catch(() => undefined);
        return (
          answer !== undefined && list(answer, 'sessions').some((each) => Number(at(each, 'ticks')) >= share * TICKS)
        );
      });
    } finally {
      tool.close();
    }
  };
  const expectUndisturbed = (ended: Ended): void => {
    expect(ended.err).toMatch(RESUMED);
    expect(ended.code).toBe(0);
    expect(comparable(summaryOf(ended))).toBe(undisturbed.summary);
    expect(folder.csv()).toEqual(undisturbed.csv);
  };

  beforeAll(async () => {
    writeSyntheticTicks(ticks, TICKS);
    folder = source;
    const ended = await up().ended();
    undisturbed = { summary: comparable(summaryOf(ended)), csv: source.csv() };
    expect(source.processes()).toEqual([]);
  });
  beforeEach(() => (folder = new DataFolder()));
  afterEach(() => folder.remove());
  afterAll(() => source.remove());

  it('ends as if undisturbed after kill -9 while starting, early and late', async () => {
    const starting = up('--speed', SPEED);
    await starting.waitFor('its run record', () => existsSync(folder.file('run.json')));
    await starting.stop('SIGKILL');
    const migrating = up('--speed', SPEED);
    await migrating.waitFor('its terminal simulator', () => folder.processes().some(isSimulator));
    await migrating.stop('SIGKILL');
    for (const share of [0.1, 0.3, 0.5]) {
      const program = up('--speed', SPEED);
      await passed(program, share);
      expect((await program.stop('SIGKILL')).signal).toBe('SIGKILL');
    }
    expectUndisturbed(await up().ended());
    expect(folder.processes()).toEqual([]);
  });

  it('ends as if undisturbed after a power cut that takes the simulator and PostgreSQL with it, and after SIGTERM', async () => {
    const program = up('--speed', SPEED);
    await passed(program, 0.2);
    expect(await folder.killAll()).toBeGreaterThanOrEqual(3);
    await program.ended();
    const second = up('--speed', SPEED);
    await passed(second, 0.4);
    await Promise.all([second.stop('SIGKILL'), folder.killAll(isSimulator)]);
    const third = up('--speed', SPEED);
    await passed(third, 0.6);
    const ended = await third.stop('SIGTERM');
    expect(ended.code).toBe(0);
    expect(ended.out).toBe('');
    expect(folder.processes()).toEqual([]);
    expectUndisturbed(await up().ended());
  });

  it('ends as if undisturbed after an end between the last tick and the conclusion', async () => {
    await up().ended();
    const record = JSON.parse(readFileSync(folder.file('run.json'), 'utf8')) as object;
    writeFileSync(folder.file('run.json'), JSON.stringify({ ...record, state: 'running' }));
    rmSync(folder.file('runs'), { recursive: true });
    expectUndisturbed(await up().ended());
  });

  it('adopts the simulator and the PostgreSQL that outlived it, and says so', async () => {
    const sameStart = ['--speed', SPEED, '--terminal-port', String(await freePort())];
    const program = up(...sameStart);
    await passed(program, 0.3);
    await program.stop('SIGKILL');
    const simulators = folder.processes().filter(isSimulator);
    expect(simulators.length).toBe(1);
    const next = up(...sameStart);
    await passed(next, 0.4);
    expect(folder.processes().filter(isSimulator)).toEqual(simulators);
    const ended = await next.ended();
    expect(ended.err).toContain('Adopted the terminal simulator that was left running.');
    expect(ended.err).toContain('Adopted the PostgreSQL server that was left running.');
    expectUndisturbed(ended);
    expect(folder.processes()).toEqual([]);
  });

  it('is not continued with other options or data, and given up only with --fresh', async () => {
    const program = up('--speed', SPEED);
    await passed(program, 0.1);
    // Its simulator outlives it.
    await program.stop('SIGKILL');
    const other = await up('--commission', '7').ended();
    expect(other).toMatchObject({ code: 2, out: '' });
    expect(other.err).toMatch(/commission.*--fresh/s);

    const otherData = folder.beside('other.csv');
    writeFileSync(otherData, 'time_ms,bid,ask\n1398902400000,1.38,1.381\n1398902460000,1.38,1.381\n');
    const refused = await Program.up(['--data-dir', folder.path, ...optionsFor(otherData)]).ended();
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/--fresh/);

    const fresh = await up('--commission', '7', '--fresh').ended();
    expect(fresh.code).toBe(0);
    expect(fresh.err).not.toMatch(RESUMED);
    expect(summaryOf(fresh)).toMatchObject({ runId: 'run-0002', runAccount: 'PAPER-2', ticks: TICKS });
    expect(folder.processes()).toEqual([]);
  });
});
