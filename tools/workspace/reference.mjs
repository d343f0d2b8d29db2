#!/usr/bin/env node
// Writes the generated pages of docs/reference from the built program: `reference.mjs <page> …`, without names all of
// them; `--check` writes nothing and fails when a page is not current. Needs `nx build` of what it reads.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configuration, denialCodes, metrics } from './reference-pages.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(import.meta.url);
const built = Object.assign((path) => require(join(root, 'dist', path)), { require });

/** Pages by name: what each says, from the code. */
const PAGES = {
  topics: () => built('libs/contracts/src/index.js').topicsReference(),
  configuration: () => configuration(built),
  metrics: () => metrics(built),
  'denial-codes': () => denialCodes(built),
};

const args = process.argv.slice(2);
const check = args.includes('--check');
const names = args.filter((arg) => arg !== '--check');
const unknown = names.filter((name) => !Object.hasOwn(PAGES, name));
if (unknown.length > 0) {
  console.error(`No page ${unknown.join(', ')}; there are ${Object.keys(PAGES).join(', ')}.`);
  process.exit(2);
}

let stale = 0;
for (const name of names.length > 0 ? names : Object.keys(PAGES)) {
  const file = join(root, 'docs/reference', `${name}.md`);
  const page = await PAGES[name]();
  if (existsSync(file) && readFileSync(file, 'utf8') === page) continue;
  if (check) {
    console.error(`docs/reference/${name}.md is not current: run node tools/workspace/reference.mjs ${name}.`);
    stale += 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, page);
    console.log(`wrote docs/reference/${name}.md`);
  }
}
process.exit(stale > 0 ? 1 : 0);
