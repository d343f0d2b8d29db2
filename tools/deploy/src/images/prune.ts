import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { nodeFileTrace } from '@vercel/nft';
import { IMAGE_APPS, UNUSED_PACKAGES, type ImageApp } from './apps';
import { sizesOf, type FolderSizes } from './sizes';

/** There is no such program, or it was not built. */
export class CannotPrune extends Error {}

export interface PruneOptions {
  /** The workspace, installed and built. */
  readonly root: string;
  /** A name of {@link IMAGE_APPS}. */
  readonly app: string;
  /** Folder that is made anew; what is in it is removed. */
  readonly out: string;
}

/** What a pruned folder holds. */
export interface Pruned {
  readonly app: string;
  readonly files: number;
  readonly sizes: FolderSizes;
}

/**
 * Copies what a program needs at run time, and nothing else, to a folder of its own: the files of `dist` and of the
 * packages that its program can reach, at the same places, so that `node dist/apps/<app>/src/main.js` runs there.
 * Throws {@link CannotPrune}.
 */
export async function prune({ root, app, out }: PruneOptions): Promise<Pruned> {
  const found = Object.hasOwn(IMAGE_APPS, app) ? IMAGE_APPS[app] : undefined;
  if (found === undefined)
    throw new CannotPrune(`There is no app ${app}; there are ${Object.keys(IMAGE_APPS).join(', ')}.`);
  const files = await filesOf(root, found);
  rmSync(out, { recursive: true, force: true });
  for (const file of files) copy(root, out, file);
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  writeFileSync(
    join(out, 'package.json'),
    `${JSON.stringify({ name: `${name}-${app}`, version, license, private: true })}\n`,
  );
  return { app, files: files.length, sizes: sizesOf(out) };
}

/** Paths from the root, sorted, so that equal sources give equal folders. */
async function filesOf(root: string, { entries, reads }: ImageApp): Promise<readonly string[]> {
  const programs = entries.map((entry) => join(root, 'dist', entry));
  const missing = programs.filter((program) => !existsSync(program));
  if (missing.length > 0) throw new CannotPrune(`Not built: ${missing.join(', ')}. Run npm run build first.`);
  const { fileList, warnings } = await nodeFileTrace(programs, { base: root, ignore: isUnused });
  // It reads licences beside sources as sources too.
  const broken = [...warnings].filter(({ message }) => /Failed to parse \S+\.[cm]?js as/.test(message));
  if (broken.length > 0) throw new CannotPrune(broken.map(({ message }) => message).join('\n'));
  return [...new Set([...fileList, ...reads])].sort();
}

const isUnused = (path: string): boolean =>
  UNUSED_PACKAGES.some((name) => path.includes(`node_modules/${name}/`)) || path.endsWith('.map');

/** Links are copied as what they lead to: an image holds no path of the machine that it was built on. */
function copy(root: string, out: string, file: string): void {
  const from = join(root, file);
  const source = lstatSync(from).isSymbolicLink() ? realpathSync(from) : from;
  if (relative(root, source).startsWith('..'))
    throw new CannotPrune(`${file} leads out of the workspace, to ${source}.`);
  const to = join(out, file);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(source, to, { recursive: true, dereference: true, force: true });
}
