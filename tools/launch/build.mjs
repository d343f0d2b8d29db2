#!/usr/bin/env node
// Builds the projects whose sources changed since the last build. Reads the list of sources, one `checksum size path`
// a line, from stdin and keeps it as dist/.stamp; the launcher compares it with the next one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const stamp = join(root, 'dist/.stamp');

const pathOf = (line) => line.replace(/^\d+ \d+ /, '');

/** The project folder that a source belongs to, by the projects there are; undefined for what every build depends on. */
export function projectOf(path, projects) {
  return projects.find((project) => path.startsWith(`${project}/`));
}

/** What to build and what to remove, from the lists before and now. */
export function planBuild(before, now) {
  const folders = (lines) =>
    lines
      .map(pathOf)
      .filter((path) => path.endsWith('/project.json') && !path.includes('/src/'))
      .map((path) => dirname(path));
  const projects = folders(now);
  const [old, fresh] = [new Set(before), new Set(now)];
  const changed = [...now.filter((line) => !old.has(line)), ...before.filter((line) => !fresh.has(line))].map(pathOf);
  const known = [...new Set([...projects, ...folders(before)])];
  const owners = new Set(changed.map((path) => projectOf(path, known)));
  return {
    build: owners.has(undefined) ? projects : projects.filter((project) => owners.has(project)),
    remove: folders(before).filter((project) => !projects.includes(project)),
  };
}

function write(lines) {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(`${stamp}.new`, lines.map((line) => `${line}\n`).join(''));
  renameSync(`${stamp}.new`, stamp);
}

function main() {
  const lines = (text) => text.split('\n').filter((line) => line !== '');
  const now = lines(readFileSync(0, 'utf8'));
  const before = existsSync(stamp) ? lines(readFileSync(stamp, 'utf8')) : [];
  const { build, remove } = planBuild(before, now);
  // What is about to change is no longer vouched for, whatever interrupts this.
  write(before.filter((line) => ![...build, ...remove].some((project) => pathOf(line).startsWith(`${project}/`))));
  for (const project of remove) rmSync(join(root, 'dist', project), { recursive: true, force: true });
  if (build.length > 0) {
    const { status } = spawnSync(process.execPath, [join(root, 'tools/build/build.mjs'), ...build], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) return 1;
  }
  write(now);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main();
