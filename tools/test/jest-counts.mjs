import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const NEEDS = /\(needs ([^)]+)\)/;

/**
 * Counts of a jest run. A skipped test counts as a failure, unless its name says what it needs, `(needs <path>)`, and
 * that is absent. A file that could not be run counts as one failure, as does a run without tests.
 *
 * @param report what `jest --json` wrote
 * @param ok whether jest itself ended well
 */
export function countsOf(report, ok, exists = existsSync) {
  let passed = 0;
  let failed = 0;
  const skipped = [];
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) failed++;
    for (const { fullName, status } of file.assertionResults) {
      if (status === 'passed') passed++;
      else if (status === 'failed') failed++;
      else {
        const needed = NEEDS.exec(fullName)?.[1];
        const isExcused = needed !== undefined && !exists(needed);
        if (!isExcused) failed++;
        skipped.push({ name: fullName, reason: isExcused ? `${needed} is absent` : 'no reason: counts as failed' });
      }
    }
  }
  if (failed === 0 && (passed === 0 || !ok)) failed = 1;
  return { passed, failed, skipped };
}

/** What failed, test by test: its name and the first lines of what it said. */
export function failuresOf(report) {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [{ name, said: linesOf(message) }];
    return failed.map(({ fullName, failureMessages }) => ({
      name: fullName,
      said: linesOf(failureMessages.join('\n')),
    }));
  });
}

const SAID_LINES = 12;
const linesOf = (text = '') => stripVTControlCharacters(text).trim().split('\n').slice(0, SAID_LINES);
