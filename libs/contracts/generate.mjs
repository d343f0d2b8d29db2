#!/usr/bin/env node
// Generated files of the contracts.
//   node libs/contracts/generate.mjs            writes the TypeScript of src/gen and the reflection image
//   node libs/contracts/generate.mjs --check    fails when what is committed is not what would be written, when buf lint
//                                               complains, or when a change breaks readers of the released image
//   node libs/contracts/generate.mjs --release  accepts the messages as they are now: image.binpb, against which
//                                               later changes are checked
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const bin = join(folder, '../../node_modules/.bin');
const RELEASED = 'image.binpb';
const REFLECTION = 'src/lib/reflection.binpb';

function buf(...args) {
  execFileSync(join(bin, 'buf'), args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
}

const reflection = (target) => buf('build', 'proto', '--as-file-descriptor-set', '--exclude-source-info', '-o', target);

/** Files below `top` by their relative name. */
function files(top) {
  if (!existsSync(top)) return new Map();
  const names = readdirSync(top, { recursive: true }).map(String);
  const found = names.filter((name) => statSync(join(top, name)).isFile()).sort();
  return new Map(found.map((name) => [name, readFileSync(join(top, name))]));
}

/** Names of files that differ, or that only one side has. */
function differences(committed, fresh) {
  return [...new Set([...committed.keys(), ...fresh.keys()])].filter((name) => {
    const [a, b] = [committed.get(name), fresh.get(name)];
    return a === undefined || b === undefined || !a.equals(b);
  });
}

function check() {
  buf('lint', 'proto');
  buf('breaking', 'proto', '--against', RELEASED);
  const fresh = mkdtempSync(join(tmpdir(), 'contracts-'));
  try {
    buf('generate', '--output', fresh);
    reflection(join(fresh, 'reflection.binpb'));
    const stale = differences(files(join(folder, 'src/gen')), files(join(fresh, 'src/gen'))).map((n) => `src/gen/${n}`);
    const current = existsSync(join(folder, REFLECTION)) ? readFileSync(join(folder, REFLECTION)) : Buffer.alloc(0);
    if (!current.equals(readFileSync(join(fresh, 'reflection.binpb')))) stale.push(REFLECTION);
    return stale;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

const [mode, ...rest] = process.argv.slice(2);
if (rest.length > 0 || ![undefined, '--check', '--release'].includes(mode)) {
  console.error('usage: node libs/contracts/generate.mjs [--check | --release]');
  process.exit(2);
}
try {
  if (mode === '--release') {
    buf('build', 'proto', '--exclude-source-info', '-o', RELEASED);
  } else if (mode === '--check') {
    const stale = check().map((name) => relative(process.cwd(), join(folder, name)));
    if (stale.length > 0) {
      console.error(`Not current: ${stale.join(', ')}. Run node libs/contracts/generate.mjs and commit.`);
      process.exit(1);
    }
  } else {
    buf('generate');
    reflection(REFLECTION);
  }
} catch (error) {
  // buf has said what is wrong.
  process.exit(error.status ?? 1);
}
