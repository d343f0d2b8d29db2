#!/usr/bin/env node
// Exit code 0 when node_modules holds what package-lock.json asks for, by npm's own record of what it installed.
// Optional packages may be absent: most of them are for other platforms.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Packages of the lock file that are missing from the record or are there in another version. */
export function missingPackages(lock, record) {
  return Object.entries(lock.packages ?? {})
    .filter(([path, { link }]) => path !== '' && !link)
    .filter(([path, { version, optional }]) => {
      const found = record.packages?.[path];
      return found ? found.version !== version : !optional;
    })
    .map(([path]) => path);
}

function main() {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  try {
    return missingPackages(read('package-lock.json'), read('node_modules/.package-lock.json')).length === 0;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main() ? 0 : 1;
