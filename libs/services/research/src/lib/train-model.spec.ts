import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FolderObjectStore } from '@trading/platform-object-store';
import { readBars } from './read-bars';
import { trainModel, type TrainingJob, type TrainingProgress } from './train-model';

const HOUR_MS = 3_600_000;

/** Hourly bars of a price that swings, as CSV. */
function hourlyCsv(count: number, zone = 'Z', firstMs = Date.UTC(2024, 0, 1)): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const price = (t: number): number => 100 + 3 * Math.sin(t / 7) + Math.sin(t / 2.3);
    const [open, close] = [price(i - 1), price(i)];
    const time = new Date(firstMs + i * HOUR_MS).toISOString().slice(0, 19);
    return [time + zone, open, Math.max(open, close) + 0.1, Math.min(open, close) - 0.1, close].join(',');
  });
  return ['time,open,high,low,close', ...rows, ''].join('\n');
}

describe('trainModel', () => {
  let folder: string;
  let outStore: FolderObjectStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'research-'));
    outStore = await FolderObjectStore.open(join(folder, 'models'), { create: true });
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function job(
    text: string | Buffer,
    change: Partial<TrainingJob> = {},
    name = 'bars.csv',
  ): Promise<TrainingJob> {
    const file = join(folder, name);
    await writeFile(file, text);
    return { file, symbol: 'TEST', timeframe: 'H1', horizonBars: 3, name: 'test', version: '1', outStore, ...change };
  }

  it('learns a regularity that is there, and says how well', async () => {
    const stages: TrainingProgress['stage'][] = [];
    const { manifest, stored, weights } = await trainModel(
      await job(hourlyCsv(1200), { onProgress: ({ stage }) => stages.push(stage) }),
    );
    expect(stored).toBe('written');
    expect(manifest.validation.auc).toBeGreaterThan(0.9);
    expect(manifest.validation.logLoss).toBeLessThan(manifest.validation.baselineLogLoss);
    expect(weights.map(({ feature }) => feature)).toEqual(manifest.featureNames);
    expect([...new Set(stages)]).toEqual(['reading', 'features', 'validating', 'training', 'storing']);
    expect(await outStore.list('')).toEqual(['test/1/golden.bin', 'test/1/manifest.json', 'test/1/model.onnx']);
  });

  it('purges the rows whose labels reach into the validation tail', async () => {
    const { manifest } = await trainModel(await job(hourlyCsv(1200), { horizonBars: 10 }));
    const { purgedRows, rows, trainRows } = manifest.validation;
    // A label that ends with the close of the tail's first bar is known when the tail begins.
    expect(purgedRows).toBe(9);
    expect(trainRows + purgedRows + rows).toBe(manifest.trainingRows);
  });

  it('is not changed by anything after the end of training', async () => {
    const toUs = Date.UTC(2024, 0, 31) * 1000;
    const lines = hourlyCsv(1000).trimEnd().split('\n');
    const crashed = lines.map((line) => (line > '2024-01-31' && line < 't' ? line.replace(/,.*/, ',1,2,1,2') : line));
    const first = await trainModel(await job(lines.join('\n'), { toUs }));
    const second = await trainModel(await job(crashed.join('\n'), { toUs, version: '2' }));
    expect(second.manifest.onnxSha256).toBe(first.manifest.onnxSha256);
    expect(second.manifest.goldenSha256).toBe(first.manifest.goldenSha256);
    expect(first.manifest.trainedToUs).toBe(toUs);
    expect(first.outOfSample?.predictions).toBe(1000 - 30 * 24);
    expect(second.outOfSample).not.toEqual(first.outOfSample);
  });

  it('leaves a version that came out the same, and refuses to replace one that did not', async () => {
    const again = await job(hourlyCsv(800));
    await trainModel(again);
    expect((await trainModel(again)).stored).toBe('unchanged');
    await expect(trainModel({ ...again, horizonBars: 4 })).rejects.toMatchObject({ code: 'VERSION_EXISTS' });
    expect((await trainModel(again)).stored).toBe('unchanged');
  });

  it('finishes a version whose storing was interrupted', async () => {
    const again = await job(hourlyCsv(800));
    await trainModel(again);
    await rm(join(folder, 'models/test/1/manifest.json'));
    expect((await trainModel(again)).stored).toBe('written');
    expect(await outStore.list('')).toHaveLength(3);
  });

  it('makes bars of ticks as live trading does, from gzip too', async () => {
    const bars = await readBars(await job(hourlyCsv(50)));
    const ticks = bars.flatMap(({ bid, openTimeUs }) =>
      [bid.open, bid.high, bid.low, bid.close].map((price, i) => {
        const time = new Date(openTimeUs / 1000 + i * 60_000).toISOString();
        return `${time},${price},${price}`;
      }),
    );
    const file = await job(gzipSync(['time,bid,ask', ...ticks, ''].join('\n')), {}, 'ticks.csv.gz');
    const made = await readBars(file);
    const shape = ({ bid, closeTimeUs, openTimeUs }: (typeof bars)[number]) => ({ bid, closeTimeUs, openTimeUs });
    expect(made.map(shape)).toEqual(bars.slice(0, -1).map(shape));
  });

  it('refuses what it cannot train on, in words', async () => {
    await expect(trainModel(await job(hourlyCsv(800), { timeframe: 'D1' }))).rejects.toMatchObject({
      code: 'WRONG_BARS',
      message: expect.stringContaining('holds bars of H1; D1 was asked for'),
    });
    await expect(trainModel(await job(hourlyCsv(800, '+05:30')))).rejects.toThrow('where no H1 bar opens in UTC');
    await expect(trainModel(await job(hourlyCsv(800, ''), { zone: 'Mars' }))).rejects.toMatchObject({
      code: 'UNKNOWN_ZONE',
    });
    await expect(trainModel(await job(hourlyCsv(800, '')))).rejects.toMatchObject({ code: 'ZONE_MISSING' });
    for (const count of [20, 100, 150]) {
      await expect(trainModel(await job(hourlyCsv(count)))).rejects.toMatchObject({ code: 'TOO_LITTLE_DATA' });
    }
    await expect(trainModel({ ...(await job('')), file: join(folder, 'absent.csv') })).rejects.toMatchObject({
      code: 'MISSING',
    });
    expect(await outStore.list('')).toEqual([]);
  });
});
