#!/usr/bin/env node
// Everything that must hold before a change is done, in order, each suite timed: `npm test`, or
// `run.mjs --only <suite>` (repeatable); `distributed`, which needs real servers, `chaos`, which takes minutes, and
// `deploy`, which installs programs, run only when they are named. A suite that fails does not stop the next ones. Each leaves its counts in
// tmp/results/<suite>.json and its output in tmp/results/<suite>.log; the last line is `N passed, N failed`.
// In a fresh clone nothing is installed yet, so this file and those beside it use what Node brings.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isInstalled } from './installed.mjs';
import { countsOf, failuresOf } from './jest-counts.mjs';
import { run } from './run-command.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const results = join(root, 'tmp/results');
const tool = (name, script) => [process.execPath, join(root, 'node_modules', name, script)];
const file = (suite, kind) => join(results, `${suite}.${kind}`);

/** One check: passed when every command ends with 0. */
const check = (...commands) => ({
  commands: () => commands,
  counts: (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] }),
});

/** A run of jest: as many checks as it has tests. A failed test that left a server open must not keep it waiting. */
const jest = (name, ...options) => ({
  commands: () => [
    [...tool('jest', 'bin/jest.js'), '--forceExit', '--json', `--outputFile=${file(name, 'jest.json')}`, ...options],
  ],
  counts: (ok) => countsOf(JSON.parse(readFileSync(file(name, 'jest.json'), 'utf8')), ok),
});

/** In order: later ones use what earlier ones made. */
const SUITES = {
  install: {
    ...check(['npm', 'ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund']),
    isDone: () => isInstalled(root),
  },
  lint: check(
    // The rule that guards the doors between projects reads the graph that Nx has cached, and none is no error to it.
    [...tool('nx', 'dist/bin/nx.js'), 'show', 'projects'],
    [...tool('eslint', 'bin/eslint.js'), '--max-warnings', '0', '--cache', '--cache-location', 'tmp/eslint/', '.'],
  ),
  format: check([...tool('prettier', 'bin/prettier.cjs'), '--check', 'apps', 'libs', 'tools', 'docs']),
  typecheck: check([...tool('typescript', 'bin/tsc'), '-b']),
  build: check([process.execPath, 'tools/build/build.mjs']),
  generated: check(['npm', 'run', '--silent', 'generate:check']),
  unit: jest('unit'),
  e2e: jest('e2e', '--config', 'jest.e2e.config.cjs'),
  // The bus alone through outages takes minutes, and the six processes go through the same: it runs when it is asked for,
  // `npx jest --config jest.distributed.config.cjs outage`. So does the kill switch of six processes (`kill-switch`), which
  // does not pass reliably on a machine that is busy with other work.
  distributed: jest(
    'distributed',
    '--config',
    'jest.distributed.config.cjs',
    '--testPathIgnorePatterns',
    'outage',
    'kill-switch',
  ),
  // Six processes that are killed wait for Kafka to notice: that takes minutes, and runs when it is asked for,
  // `npx jest --config jest.chaos.config.cjs six`.
  chaos: jest('chaos', '--config', 'jest.chaos.config.cjs', '--testPathIgnorePatterns', 'six'),
  // Charts, infrastructure, monitoring, images and pipeline, with programs that it installs.
  deploy: jest('deploy', '--config', 'jest.deploy.config.cjs'),
};
const ON_REQUEST = ['distributed', 'chaos', 'deploy'];

/** Runs a suite; nothing is thrown, what goes wrong is in its results file or in the lack of one. */
async function runSuite(name) {
  const suite = SUITES[name];
  const log = file(name, 'log');
  writeFileSync(log, '');
  let ok = true;
  if (suite.isDone?.() !== true) {
    for (const command of suite.commands()) ok = ok && (await run(command, { cwd: root, log }));
  }
  try {
    writeFileSync(file(name, 'json'), JSON.stringify({ suite: name, ...suite.counts(ok) }, undefined, 2));
  } catch (error) {
    writeFileSync(log, `\n${name} left no counts: ${error.message}\n`, { flag: 'a' });
  }
}

/** What a suite's file says; a missing or broken one is a failure. */
function resultOf(name) {
  try {
    const { passed, failed, skipped } = JSON.parse(readFileSync(file(name, 'json'), 'utf8'));
    if (![passed, failed].every(Number.isInteger) || !Array.isArray(skipped)) throw new Error('not of the right form');
    return { passed, failed, skipped };
  } catch {
    return { passed: 0, failed: 1, skipped: [], isMissing: true };
  }
}

function report(name, { passed, failed, skipped, isMissing }, seconds) {
  const counts = isMissing ? 'no results' : `${passed} passed, ${failed} failed`;
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  console.log(
    `${failed > 0 ? 'FAIL' : 'ok  '}  ${name.padEnd(11)} ${seconds.toFixed(1).padStart(6)} s  ${counts}${skips}`,
  );
  for (const skip of skipped) console.log(`      skipped: ${skip.name} (${skip.reason})`);
  if (failed === 0) return;
  const lines = readFileSync(file(name, 'log'), 'utf8').trimEnd().split('\n');
  console.log(
    lines
      .slice(-80)
      .map((line) => `      ${line}`)
      .join('\n'),
  );
  console.log(`      all of it: ${file(name, 'log')}`);
  // Last of all, so that whoever sees the end alone sees this.
  for (const failure of failuresIn(name)) {
    console.log(`      ✕ ${failure.name}`);
    for (const line of failure.said) console.log(`          ${line}`);
  }
}

/** Of a suite that jest has not run, or not to its end: nothing. */
function failuresIn(name) {
  try {
    return failuresOf(JSON.parse(readFileSync(file(name, 'jest.json'), 'utf8')));
  } catch {
    return [];
  }
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const unknown = (values.only ?? []).filter((name) => !Object.hasOwn(SUITES, name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}.`);
  process.exit(2);
}

const chosen = Object.keys(SUITES).filter((name) => values.only?.includes(name) ?? !ON_REQUEST.includes(name));
if (values.only === undefined) rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const total = { passed: 0, failed: 0 };
for (const name of chosen) {
  for (const kind of ['json', 'jest.json']) rmSync(file(name, kind), { force: true });
  const from = Date.now();
  await runSuite(name);
  const result = resultOf(name);
  report(name, result, (Date.now() - from) / 1_000);
  total.passed += result.passed;
  total.failed += result.failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
