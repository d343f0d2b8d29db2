import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface ModelResult {
  /** Random scripts that were held against a model, and the properties that they were for. */
  readonly cases: number;
  readonly properties: number;
  readonly failures: readonly string[];
}

const CONFIG = 'jest.model.config.cjs';
/** What jest says of a failure is its end: the shrunk script stands there. */
const SAID = 6_000;

/** Runs the property tests of the kernels and of the services' pure parts, each with so many cases of the seed. */
export async function modelCases(runs: number, seed: number): Promise<ModelResult> {
  const root = rootOf(__dirname);
  const folder = mkdtempSync(join(tmpdir(), 'trading-model-'));
  const counts = join(folder, 'cases');
  try {
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const { code, said } = await run([jest, '--config', join(root, CONFIG)], root, {
      MODEL_RUNS: String(runs),
      MODEL_SEED: String(seed),
      MODEL_CASES: counts,
    });
    const lines = existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n') : [];
    const cases = lines.reduce((sum, line) => sum + Number(line), 0);
    return { cases, properties: lines.length, failures: code === 0 ? [] : [said.slice(-SAID)] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, said }));
  });
}

/** The tests are run from their sources, which lie beside dist/. */
function rootOf(from: string): string {
  if (existsSync(join(from, CONFIG))) return from;
  if (dirname(from) === from) throw new Error('The sources of the tests are not part of this installation.');
  return rootOf(dirname(from));
}
