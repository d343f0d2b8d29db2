import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileProblem } from '@trading/platform-files';
import { buildSummary } from './build-summary';
import { writeRunFiles } from './files';
import { summaryInput } from './spec-input';

const folder = mkdtempSync(join(tmpdir(), 'run-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (path: string) => readFileSync(path, 'utf8').split('\n');

describe('writeRunFiles', () => {
  it('writes the summary, orders, trades and equity of a run', async () => {
    const input = summaryInput({}, ['--data-dir', folder]);
    const summary = buildSummary(input);
    await writeRunFiles(summary, input);
    expect(readdirSync(join(folder, 'runs', 'run-0001')).sort()).toEqual([
      'equity.csv',
      'orders.csv',
      'summary.json',
      'trades.csv',
    ]);
    expect(JSON.parse(readFileSync(summary.files.summary, 'utf8'))).toEqual(summary);

    const [header, first, , denied] = read(summary.files.orders);
    expect(header).toMatch(/^coid,time,symbol,side,type,lots,/);
    expect(first).toMatch(/^c1,2010-01-04T00:00:00\.000000Z,US500,BUY,MARKET,10\.0,,,STRATEGY,FILLED,/);
    expect(denied).toContain(',DENIED,');
    expect(denied).toContain(',MARGIN,"Too little, ""by far"".",');

    const trades = read(summary.files.trades);
    expect(trades).toHaveLength(4);
    expect(trades[1]).toBe(
      '1,US500,BUY,10.0,2010-01-04T00:00:00.000123Z,1000.50,2010-01-05T00:00:00.000000Z,1010.00,95.00,0,95.00,signal,,',
    );
    expect(read(summary.files.equity)).toEqual([
      'time,balance,equity,position_lots',
      '2010-01-04T00:00:00.000000Z,10000,10100,10.0',
      '2010-01-05T00:00:00.000000Z,10095,9595,0.0',
      '',
    ]);
  });

  it('says which folder cannot be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const input = summaryInput({}, ['--data-dir', file]);
    await expect(writeRunFiles(buildSummary(input), input)).rejects.toThrow(FileProblem);
  });
});
