import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareWithShipped } from './compare-with-shipped';
import { validationWords } from './training-words';

const SCORES = {
  method: 'purged-tail' as const,
  trainRows: 100,
  purgedRows: 4,
  rows: 25,
  logLoss: 0.68,
  baselineLogLoss: 0.69,
  accuracy: 0.55,
  majorityAccuracy: 0.53,
  auc: 0.56,
  baseRate: 0.53,
};

describe('the words about a validation', () => {
  it('say plainly that a model is worse than always up, and that it has no edge', () => {
    const text = validationWords({ ...SCORES, accuracy: 0.51 }).join('\n');
    expect(text).toContain('worse than always up');
    expect(text).toContain('no edge');
  });

  it('compare with always down where that is the better guess', () => {
    expect(validationWords({ ...SCORES, baseRate: 0.45 }).join('\n')).toContain('better than always down');
  });

  it('claim no edge for a worse log loss either, and are silent about it when both are better', () => {
    expect(validationWords({ ...SCORES, logLoss: 0.7 }).join('\n')).toContain('worse than the base rate');
    expect(validationWords(SCORES).join('\n')).not.toContain('no edge');
  });
});

describe('the comparison with the shipped model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade-shipped-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('tells equal files from differing and missing ones', async () => {
    mkdirSync(join(folder, 'm'));
    writeFileSync(join(folder, 'm/a'), 'same');
    writeFileSync(join(folder, 'm/b'), 'shipped');
    const made = async (key: string) => Buffer.from(key === 'm/a' ? 'same' : 'made');
    expect(await compareWithShipped(folder, ['m/a', 'm/b', 'm/c'], made)).toEqual([
      { key: 'm/a', equal: true },
      { key: 'm/b', equal: false },
      { key: 'm/c', equal: false },
    ]);
  });
});
