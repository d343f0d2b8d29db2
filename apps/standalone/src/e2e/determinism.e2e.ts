import { DataFolder } from './data-folder';
import { Program } from './program';
import { comparable, summaryOf } from './summary';
import { writeSyntheticTicks } from './synthetic-ticks';

const TICKS = 20_000;
/** 20,000 ticks two seconds apart in about four seconds. */
const SPEED = '10000';

describe('the same data, options and seed', () => {
  const folders = [new DataFolder(), new DataFolder()] as const;
  afterAll(() => Promise.all(folders.map((folder) => folder.remove())));

  it('give the same summary and files at every speed, to the byte', async () => {
    const file = folders[0].beside('ticks.csv');
    const { crossed } = writeSyntheticTicks(file, TICKS);
    const options = ['--data', file, '--symbol', 'EURUSD', '--strategy', 'sma-cross', '--commission', '3.5'];
    const run = async (folder: DataFolder, speed: string): Promise<string> => {
      const args = ['--data-dir', folder.path, ...options, '--speed', speed, '--exit-at-end', '--json'];
      const ended = await Program.up(args).ended();
      const summary = summaryOf(ended);
      expect(ended.code).toBe(0);
      expect(summary).toMatchObject({ ticks: TICKS, crossedTicks: crossed, booksAgree: { agree: true } });
      expect(summary.fills).toBeGreaterThan(10);
      return comparable(summary);
    };
    const slow = await run(folders[0], SPEED);
    const fast = await run(folders[1], 'max');
    expect(fast).toBe(slow);
    expect(folders[1].csv()).toEqual(folders[0].csv());
  });
});
