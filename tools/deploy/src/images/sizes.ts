import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a pruned folder. */
export interface FolderSizes {
  readonly ours: number;
  readonly packages: number;
  /** The largest packages first. */
  readonly byPackage: readonly (readonly [name: string, bytes: number])[];
}

export function sizesOf(folder: string): FolderSizes {
  const modules = join(folder, 'node_modules');
  const names = existsSync(modules) ? readdirSync(modules).flatMap((name) => packagesBelow(modules, name)) : [];
  const byPackage = names
    .map((name) => [name, bytesOf(join(modules, name))] as const)
    .sort(([a, left], [b, right]) => right - left || a.localeCompare(b));
  const packages = byPackage.reduce((sum, [, bytes]) => sum + bytes, 0);
  return { ours: bytesOf(folder) - packages, packages, byPackage };
}

/** A scope is a folder of packages. */
function packagesBelow(modules: string, name: string): readonly string[] {
  return name.startsWith('@') ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name];
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
