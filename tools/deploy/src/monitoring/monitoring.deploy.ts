import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { needTool } from '../toolbox/toolbox';

const MONITORING = resolve(__dirname, '../../../../deploy/monitoring');

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly out: string;
}

describe('rules and routes', () => {
  let folder: string;
  let promtool: string;
  let amtool: string;

  beforeAll(() => {
    promtool = needTool('promtool');
    amtool = needTool('amtool');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'trading-rules-'));
    cpSync(MONITORING, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (program: string, args: readonly string[], cwd = folder): Ran => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
    return { status, stdout, out: `${stdout}${stderr}` };
  };
  const all = (kind: 'rules' | 'tests'): readonly string[] =>
    readdirSync(join(folder, kind)).map((file) => join(kind, file));
  const spoil = (file: string, from: string, to: string): void => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, file), text.replace(from, to));
  };
  /** Who is told of an alert. */
  const receiverOf = (...labels: readonly string[]): string =>
    run(amtool, ['config', 'routes', 'test', '--config.file=alertmanager.yaml', ...labels]).stdout.trim();

  it('are rules that Prometheus takes; one that is none is seen', () => {
    expect(run(promtool, ['check', 'rules', ...all('rules')])).toMatchObject({ status: 0 });
    spoil('rules/ConsumerLag.yaml', 'sum by', 'sum for');
    expect(run(promtool, ['check', 'rules', ...all('rules')])).toMatchObject({ status: 1 });
  });

  it('fire when they should and are silent when they should be; a threshold that is wrong is seen', () => {
    expect(run(promtool, ['test', 'rules', ...all('tests')])).toMatchObject({ status: 0 });
    spoil('rules/ReplicaBehind.yaml', '> 60', '> 600');
    const { status, out } = run(promtool, ['test', 'rules', ...all('tests')]);
    expect(status).toBe(1);
    expect(out).toMatch(/FAILED[\s\S]*ReplicaBehind/);
  });

  it('page people for what cannot wait, and tell of the rest', () => {
    expect(run(amtool, ['check-config', 'alertmanager.yaml'])).toMatchObject({ status: 0 });
    expect(receiverOf('alertname=OrderOutcomeUnknown', 'severity=page')).toBe('page');
    expect(receiverOf('alertname=LateFill', 'severity=ticket')).toBe('slack');
    expect(receiverOf('alertname=DeadMansSwitch', 'severity=none')).toBe('dead-mans-switch');
    spoil('alertmanager.yaml', 'receiver: page', 'receiver: nobody');
    expect(run(amtool, ['check-config', 'alertmanager.yaml'])).toMatchObject({ status: 1 });
  });
});
