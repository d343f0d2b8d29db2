import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** The module under test is loaded by Node itself, as the runner does, for jest does not load ES modules. */
function countsOf(testResults: readonly object[], ok: boolean): Counts {
  const program = `import { countsOf } from ${JSON.stringify(join(__dirname, '../jest-counts.mjs'))};
    const [report, ok] = JSON.parse(process.argv[1]);
    console.log(JSON.stringify(countsOf(report, ok)));`;
  const args = ['--input-type=module', '-e', program, JSON.stringify([{ testResults }, ok])];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Counts;
}
const test = (fullName: string, status: string): object => ({ fullName, status });
const file = (status: string, ...assertionResults: object[]): object => ({ status, assertionResults });

describe('the counts of a jest run', () => {
  it('are those of its tests', () => {
    const results = [file('passed', test('a', 'passed'), test('b', 'passed')), file('failed', test('c', 'failed'))];
    expect(countsOf(results, false)).toEqual({ passed: 2, failed: 1, skipped: [] });
  });

  it('hold a skip against the run unless what it needs is absent', () => {
    const skips = ['plain', 'has it (needs /)', 'lacks it (needs /nowhere/at-all)'].map((name) =>
      test(name, 'pending'),
    );
    const { passed, failed, skipped } = countsOf([file('passed', test('a', 'passed'), ...skips)], true);
    expect({ passed, failed }).toEqual({ passed: 1, failed: 2 });
    expect(skipped[2]).toEqual({ name: 'lacks it (needs /nowhere/at-all)', reason: '/nowhere/at-all is absent' });
  });

  it('count a file that could not be run, a run without tests and a jest that failed otherwise', () => {
    expect(countsOf([file('passed', test('a', 'passed')), file('failed')], false)).toMatchObject({
      passed: 1,
      failed: 1,
    });
    expect(countsOf([], true)).toMatchObject({ passed: 0, failed: 1 });
    expect(countsOf([file('passed', test('a', 'passed'))], false)).toMatchObject({ passed: 1, failed: 1 });
  });
});
