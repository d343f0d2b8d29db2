#!/usr/bin/env node
// Transpiles TypeScript projects into dist/, one file to one file, with the workspace's import names turned into
// relative paths. `build.mjs [project folder …]`; without arguments every app, library and tool is built.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  existsSync,
  statSync,
  copyFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const swc = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
const { paths } = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8')).compilerOptions;

/** Folders with a project.json below `folder`. */
export function projectFolders(folder = root) {
  return ['apps', 'libs', 'tools'].flatMap((top) =>
    existsSync(join(folder, top))
      ? readdirSync(join(folder, top), { recursive: true })
          .map(String)
          .filter((f) => f.endsWith('project.json') && !f.includes('node_modules'))
          .map((f) => join(top, dirname(f)))
      : [],
  );
}

const sources = (project) => {
  const src = join(root, project, 'src');
  if (!existsSync(src)) return [];
  return readdirSync(src, { recursive: true })
    .map((f) => join(src, String(f)))
    .filter((f) => statSync(f).isFile());
};

async function build(project) {
  const out = join(root, 'dist', project);
  rmSync(out, { recursive: true, force: true });
  for (const file of sources(project)) {
    if (/\.(spec|distributed|deploy|verify)\.ts$/.test(file)) continue;
    const target = join(root, 'dist', relative(root, file));
    mkdirSync(dirname(target), { recursive: true });
    if (!file.endsWith('.ts')) {
      copyFileSync(file, target);
      continue;
    }
    const js = target.replace(/\.ts$/, '.js');
    const { code, map } = await transformFile(file, {
      ...swc,
      swcrc: false,
      jsc: { ...swc.jsc, baseUrl: root, paths },
      sourceFileName: relative(dirname(js), file),
    });
    writeFileSync(js, `${code}\n//# sourceMappingURL=${js.split('/').pop()}.map\n`);
    if (map) writeFileSync(`${js}.map`, map);
  }
}

const chosen = process.argv.slice(2);
for (const project of chosen.length > 0 ? chosen : projectFolders()) await build(project);
