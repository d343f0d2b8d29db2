import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** The module under test is loaded by Node itself, as the runner does, for jest does not load ES modules. */
function called(name: string, ...parameters: readonly unknown[]): unknown {
  const program = `import { ${name} } from ${JSON.stringify(join(__dirname, '../jest-counts.mjs'))};
    console.log(JSON.stringify(${name}(...JSON.parse(process.argv[1]))));`;
  const args = ['--input-type=module', '-e', program, JSON.stringify(parameters)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
const countsOf = (testResults: readonly object[], ok: boolean): Counts =>
  called('countsOf', { testResults }, ok) as Counts;
const failuresOf = (testResults: readonly object[]): object[] => called('failuresOf', { testResults }) as object[];
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

describe('the failures of a jest run', () => {
  it('are named with what they said, without colours', () => {
    const failed = { ...test('b', 'failed'), failureMessages: ['\u001b[31mExpected 1\u001b[39m\nReceived 2'] };
    const results = [file('failed', test('a', 'passed'), failed), { ...file('failed'), name: 'c.ts', message: 'No.' }];
    expect(failuresOf(results)).toEqual([
      { name: 'b', said: ['Expected 1', 'Received 2'] },
      { name: 'c.ts', said: ['No.'] },
    ]);
  });
});
