import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findModel, modelFor } from './find-model';
import { parseUpOptions } from './options';
import type { UpOptions } from './up-options';
import { UsageError } from './usage-error';

const SHIPPED = join(__dirname, '../../models');
const MANIFEST = join(SHIPPED, 'us500-d1-logistic/1/manifest.json');
const folder = mkdtempSync(join(tmpdir(), 'find-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

function store(name: string, ...models: readonly [name: string, version: string, symbol: string][]): string {
  for (const [model, version, symbol] of models) {
    const path = join(folder, name, model, version, 'manifest.json');
    mkdirSync(dirname(path), { recursive: true });
    const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...manifest, name: model, version, symbol }));
  }
  return join(folder, name);
}

function optionsOf(...argv: string[]): UpOptions {
  const command = parseUpOptions(argv, {});
  if (command.kind !== 'run') throw new Error('expected options');
  return command.options;
}

describe('findModel', () => {
  it('finds the model that is shipped, with the end of what it was trained on', async () => {
    expect(await findModel([SHIPPED], 'US500', 'D1')).toEqual({
      name: 'us500-d1-logistic',
      version: '1',
      folder: SHIPPED,
      trainedToUs: Date.UTC(2010, 0, 1) * 1000,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('takes the newest version of the first folder that has one', async () => {
    const own = store('own', ['m', '9', 'US500'], ['m', '10', 'US500'], ['m', '11', 'EURUSD']);
    expect(await findModel([own, SHIPPED], 'US500', 'D1')).toMatchObject({ name: 'm', version: '10', folder: own });
    const other = store('other', ['m', '1', 'EURUSD']);
    expect(await findModel([other, SHIPPED], 'US500', 'D1')).toMatchObject({ folder: SHIPPED });
  });

  it('finds none for another symbol or timeframe, or where there is no folder', async () => {
    expect(await findModel([SHIPPED], 'EURUSD', 'D1')).toBeUndefined();
    expect(await findModel([SHIPPED], 'US500', 'H1')).toBeUndefined();
    expect(await findModel([join(folder, 'nowhere')], 'US500', 'D1')).toBeUndefined();
  });

  it('passes over what is no model, and names a manifest that is broken', async () => {
    const path = join(folder, 'broken');
    cpSync(SHIPPED, path, { recursive: true });
    mkdirSync(join(path, 'half', '1'), { recursive: true });
    writeFileSync(join(path, 'note.txt'), '');
    expect(await findModel([path], 'US500', 'D1')).toMatchObject({ name: 'us500-d1-logistic' });
    writeFileSync(join(path, 'half', '1', 'manifest.json'), '{"name": 1}');
    const attempt = findModel([path], 'US500', 'D1');
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(/half\/1\/manifest\.json/);
  });
});

describe('modelFor', () => {
  it('asks for none where the strategy needs none', async () => {
    expect(await modelFor(optionsOf('--strategy', 'sma-cross'), 'D1', [SHIPPED])).toBeUndefined();
    expect(await modelFor(optionsOf(), 'D1', [SHIPPED])).toMatchObject({ name: 'us500-d1-logistic' });
  });

  it('says how to get the model that is missing', async () => {
    const attempt = modelFor(optionsOf('--data', 'x.csv', '--symbol', 'EURUSD'), 'H1', [SHIPPED]);
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(
      /EURUSD H1.*\.\/trade train --data FILE --symbol EURUSD --timeframe H1.*--strategy sma-cross/,
    );
  });
});
