import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './errors';
import { OUTSIDE, ownFolder, type Places } from './places';
import { isServing, readPostmaster } from './postmaster-file';
import { stopServer } from './server';

const CLUSTER = /^trading-postgres-[0-9a-f]{16}$/;

/** Kept beside a cluster that lives outside its data folder. */
interface Owner {
  readonly folder: string;
  /** The file system of the folder: one that is not mounted does not make its cluster an orphan. */
  readonly device: number;
}

/**
 * Connects a data folder with its cluster outside: `postgres` in the folder leads there, `owner.json` leads back. A
 * folder that was moved keeps its cluster; one that was deleted and made again gets a new one.
 */
export async function bindOutside(places: Places): Promise<void> {
  const target = linkTarget(places.link);
  if (target !== undefined && target !== places.cluster && existsSync(target)) {
    const owner = ownerOf(target);
    if (
      owner !== undefined &&
      owner.folder !== places.folder &&
      linkTarget(join(owner.folder, 'postgres')) === target
    ) {
      throw new EmbeddedPostgresError(
        `${places.folder} is a copy of ${owner.folder}, whose database is kept in ${target}. Remove ${places.link} and ` +
          `${places.password} to begin with an empty database.`,
      );
    }
    await removeCluster(places.cluster);
    await stopIfRunning(target);
    renameSync(target, places.cluster);
  } else if (target === undefined && existsSync(places.cluster) && !existsSync(places.password)) {
    await removeCluster(places.cluster);
  }
  ownFolder(places.cluster);
  const owner: Owner = { folder: places.folder, device: statSync(places.folder).dev };
  writeFileSync(join(places.cluster, 'owner.json'), JSON.stringify(owner), { mode: 0o600 });
  if (target !== places.cluster) {
    rmSync(places.link, { force: true });
    symlinkSync(places.cluster, places.link);
  }
}

/** Stops and removes the clusters whose data folders are gone. Returns those folders. */
export async function removeOrphans(): Promise<string[]> {
  const removed: string[] = [];
  for (const name of readdirSync(OUTSIDE)) {
    const cluster = join(OUTSIDE, name);
    // Another program may be removing it at the same time.
    const found = CLUSTER.test(name) ? lstatSync(cluster, { throwIfNoEntry: false }) : undefined;
    if (found === undefined || found.uid !== process.getuid?.()) continue;
    const owner = ownerOf(cluster);
    if (owner === undefined || existsSync(owner.folder) || deviceAbove(owner.folder) !== owner.device) continue;
    await removeCluster(cluster);
    removed.push(owner.folder);
  }
  return removed;
}

export async function removeCluster(cluster: string): Promise<void> {
  await stopIfRunning(cluster);
  rmSync(cluster, { recursive: true, force: true });
}

async function stopIfRunning(cluster: string): Promise<void> {
  const data = join(cluster, 'data');
  const postmaster = readPostmaster(data);
  if (postmaster !== undefined && isServing(data, postmaster)) await stopServer(data, postmaster.pid);
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function ownerOf(cluster: string): Owner | undefined {
  try {
    const { folder, device } = JSON.parse(readFileSync(join(cluster, 'owner.json'), 'utf8')) as Partial<Owner>;
    return typeof folder === 'string' && typeof device === 'number' ? { folder, device } : undefined;
  } catch {
    return undefined;
  }
}

function deviceAbove(folder: string): number {
  let above = folder;
  while (!existsSync(above)) above = dirname(above);
  return statSync(above).dev;
}
