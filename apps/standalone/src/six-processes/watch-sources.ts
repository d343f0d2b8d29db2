import { spawn } from 'node:child_process';
import { existsSync, watch, type FSWatcher } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Logger } from '@trading/platform-logging';
import { requiredFiles } from './required-files';
import { DIST, programOf } from './six-processes';
import { SIX, type SixName } from './six-services';
import type { SupervisedProcess } from './supervised-process';

/** Nothing changed for so long: whoever saves or builds is done. */
const QUIET_MS = 400;

export interface WatchOptions {
  readonly processes: Readonly<Record<SixName, Pick<SupervisedProcess, 'restart'>>>;
  readonly logger: Logger;
  /** Built programs; the sources lie beside it. */
  readonly dist?: string;
  readonly quietMs?: number;
}

/**
 * Builds the projects whose sources change, and starts again those services that are made of what was built, by us or by
 * `npm run build`.
 */
export function watchSources(options: WatchOptions): { close(): Promise<void> } {
  const { processes, logger, dist = DIST, quietMs = QUIET_MS } = options;
  const root = dirname(dist);
  const sources = new Set<string>();
  const built = new Set<string>();
  // Of what the services run, which a change may be about to replace.
  const madeOf = new Map(SIX.map((name) => [name, requiredFiles(programOf(name, dist))] as const));
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let isClosed = false;

  const work = async (): Promise<void> => {
    const projects = [...new Set([...sources].flatMap((file) => projectOf(root, file) ?? []))];
    sources.clear();
    if (projects.length > 0) {
      logger.warn({}, `Building ${projects.join(', ')}.`);
      const trouble = await build(root, projects);
      if (trouble !== undefined) {
        // What is half built is not for running.
        built.clear();
        logger.error({}, `The build failed; the services go on as they are.\n${trouble}`);
        return;
      }
      for (const project of projects) built.add(join(dist, project, 'src/'));
    }
    const changed = [...built];
    built.clear();
    const affected = SIX.filter((name) => {
      const now = requiredFiles(programOf(name, dist));
      const before = madeOf.get(name);
      if (now === undefined) return false;
      madeOf.set(name, now);
      return changed.some((path) => isPartOf(path, now) || (before !== undefined && isPartOf(path, before)));
    });
    if (affected.length === 0 || isStopped()) return;
    logger.warn({}, `Starting again what has changed: ${affected.join(', ')}.`);
    await Promise.all(affected.map((name) => processes[name].restart()));
  };
  const isStopped = (): boolean => isClosed;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      working = working
        .then(() => (isStopped() ? undefined : work()))
        .catch((error: unknown) => {
          logger.error({ error }, 'Watching failed.');
        });
    }, quietMs);
  };
  const follow = (folder: string, into: Set<string>, isMeant: (file: string) => boolean): FSWatcher[] => {
    if (!existsSync(folder)) return [];
    try {
      const watcher = watch(folder, { recursive: true }, (_event, name) => {
        if (name === null || !isMeant(name)) return;
        into.add(join(folder, name));
        soon();
      });
      watcher.on('error', (error) => logger.warn({ error }, `${folder} cannot be watched any more.`));
      return [watcher];
    } catch (error) {
      logger.warn({ error }, `${folder} cannot be watched; changes in it need a new start.`);
      return [];
    }
  };
  const isSource = (file: string): boolean => /(^|\/)src\/.*[^/]$/.test(file) && !/\.spec\.ts$|(^|\/)\.|~$/.test(file);
  const isBuilt = (file: string): boolean => file.endsWith('.js') || file.endsWith('.binpb');
  const watchers = [
    ...['apps', 'libs'].flatMap((top) => follow(join(root, top), sources, isSource)),
    ...['apps', 'libs'].flatMap((top) => follow(join(dist, top), built, isBuilt)),
  ];
  return {
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await working;
    },
  };
}

/** A path with a slash at its end means everything below. */
function isPartOf(path: string, files: ReadonlySet<string>): boolean {
  return path.endsWith('/') ? [...files].some((file) => file.startsWith(path)) : files.has(path);
}

/** The project that a source belongs to, relative to the workspace. */
function projectOf(root: string, file: string): string | undefined {
  for (let folder = dirname(file); folder !== root && folder.length > root.length; folder = dirname(folder)) {
    if (existsSync(join(folder, 'project.json'))) return relative(root, folder);
  }
  return undefined;
}

/** What the build says when it fails; undefined when it succeeds. */
function build(root: string, projects: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'tools/build/build.mjs'), ...projects], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : said));
  });
}
