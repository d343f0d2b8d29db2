import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryLogger } from '@trading/platform-logging';
import { waitFor } from '../e2e/wait';
import { LogFile } from './log-file';
import { endLeftServices, PidFile, pidFolder, signal } from './pid-file';
import { SupervisedProcess } from './supervised-process';

/** Says its pid, and drains at SIGTERM, unless told not to. */
const PROGRAM = `
process.on('SIGTERM', () => { if (!process.env.STUBBORN) { process.stdout.write('drained\\n'); process.exit(0); } });
process.stdout.write('up ' + process.pid + '\\n');
if (process.env.DIE) process.exit(3);
setInterval(() => undefined, 1000);
`;

describe('a supervised service', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'trade-supervised-'));
  const program = join(dataDir, 'program.js');
  writeFileSync(program, PROGRAM);
  const running: SupervisedProcess[] = [];
  let lines: string[];
  let log: LogFile;

  const make = (env: NodeJS.ProcessEnv = {}, drainMs = 10_000) => {
    const logger = memoryLogger();
    const pidFile = new PidFile(pidFolder(dataDir), 'execution');
    const supervised = new SupervisedProcess({
      program,
      label: ['--of', dataDir],
      env: { ...process.env, ...env },
      pidFile,
      log,
      logger,
      drainMs,
      firstPauseMs: 20,
    });
    running.push(supervised);
    supervised.start();
    return { supervised, pidFile, said: () => logger.entries.map(({ message }) => message) };
  };
  const ups = () => lines.filter((line) => line.startsWith('up')).length;
  const upAgain = (count: number) =>
    waitFor(`start ${count}`, () => {
      log.read();
      return ups() >= count;
    });

  beforeEach(() => {
    lines = [];
    rmSync(join(dataDir, 'execution.log'), { force: true });
    log = LogFile.follow(join(dataDir, 'execution.log'), (line) => lines.push(line));
  });
  afterEach(() => {
    for (const each of running.splice(0)) each.kill();
    log.close();
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('is started again when it dies, with a word on why', async () => {
    const { supervised, said } = make();
    await upAgain(1);
    signal(supervised.pid ?? 0, 'SIGKILL');
    await upAgain(2);
    expect(said()[0]).toBe('execution ended by SIGKILL; it is started again in 0.02 s.');
    expect(supervised.starts).toBe(2);
  });

  it('is started again after longer and longer pauses while it cannot live', async () => {
    const { supervised, said } = make({ DIE: '1' });
    await upAgain(3);
    await supervised.stop();
    const [first, second] = said();
    expect(first).toContain('with exit code 3; it is started again in 0.02 s');
    expect(second).toContain('in 0.04 s');
    expect(supervised.lastEnd).toBe('with exit code 3');
  });

  it('drains when it is stopped or restarted, and is not started again by itself', async () => {
    const { supervised, pidFile, said } = make();
    await upAgain(1);
    await supervised.restart();
    await upAgain(2);
    expect(lines).toContain('drained');
    await supervised.stop();
    expect(supervised.pid).toBeUndefined();
    expect(pidFile.living()).toBeUndefined();
    expect(said()).toEqual([]);
  });

  it('is ended when it does not drain in time', async () => {
    const { supervised, said } = make({ STUBBORN: '1' }, 50);
    await upAgain(1);
    await supervised.stop();
    expect(said()).toEqual(['execution takes too long to stop; it is ended.']);
  });

  it('is found and ended by the next program, when ours was killed', async () => {
    const { supervised, pidFile } = make();
    await upAgain(1);
    const { pid } = supervised;
    expect(pidFile.living()).toBe(pid);
    // As if another program had started it: nobody here starts it again.
    supervised['isWanted'] = false;
    expect(await endLeftServices(dataDir)).toEqual(['execution']);
    expect(pidFile.living()).toBeUndefined();
    expect(await endLeftServices(dataDir)).toEqual([]);
  });

  it('is not taken for a later process with the same id', () => {
    const pidFile = new PidFile(pidFolder(dataDir), 'decision');
    pidFile.write(process.pid);
    expect(pidFile.living()).toBe(process.pid);
    const file = join(pidFolder(dataDir), 'decision.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/started \S+?"/, 'started 1"'));
    expect(pidFile.living()).toBeUndefined();
    pidFile.remove();
    expect(existsSync(file)).toBe(false);
  });
});
