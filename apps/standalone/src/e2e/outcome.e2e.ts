import { DataFolder } from './data-folder';
import { Program } from './program';
import { summaryOf } from './summary';
import { writeSyntheticTicks } from './synthetic-ticks';

const TICKS = 3_000;

describe('the outcome of a run', () => {
  const folder = new DataFolder();
  const ticks = folder.beside('ticks.csv');
  const base = ['--data', ticks, '--symbol', 'EURUSD', '--data-dir', folder.path];
  beforeAll(() => void writeSyntheticTicks(ticks, TICKS));
  afterAll(() => folder.remove());

  it('is exit code 99 when --fail-if holds, with the summary all the same', async () => {
    const options = ['--strategy', 'buy-and-hold', '--exit-at-end', '--json'];
    const ended = await Program.up([...base, ...options, '--fail-if', 'fills>0', '--fail-if', 'trades>1000']).ended();
    expect(ended.code).toBe(99);
    expect(summaryOf(ended).fills).toBeGreaterThan(0);
    expect(ended.err).toMatch(/--fail-if.*fills/);
    expect(ended.err).not.toMatch(/--fail-if.*trades/);
  });

  it('is told in words without --json: assumptions, result, files and what to do next', async () => {
    const ended = await Program.up([...base, '--strategy', 'sma-cross', '--exit-at-end']).ended();
    expect(ended.code).toBe(0);
    const parts = ['PAPER', 'Assumptions', 'Buy and hold', 'Max drawdown', 'Tick to order', 'summary.json', 'Next'];
    expect(parts.filter((part) => !ended.out.includes(part))).toEqual([]);
    expect(ended.out.indexOf('Assumptions')).toBeLessThan(ended.out.indexOf('Buy and hold'));
    // A run that has ended is followed by the next one, with an account of its own.
    expect(ended.out).toContain('run-0002');
    expect(ended.out).toContain('PAPER-2');
  });

  it('is not lost by Ctrl-C in the middle: no process, no stack trace, and the run can go on', async () => {
    const program = Program.up([...base, '--strategy', 'sma-cross', '--speed', '60']);
    await program.waitFor('its endpoints', () => folder.endpoints(program.pid));
    const ended = await program.stop('SIGINT');
    expect(ended.code).toBe(0);
    expect(ended.err).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(folder.processes()).toEqual([]);
    const next = await Program.up([...base, '--strategy', 'sma-cross', '--exit-at-end', '--json']).ended();
    expect(next.code).toBe(0);
    expect(summaryOf(next)).toMatchObject({ runId: 'run-0003', ticks: TICKS });
  });
});
