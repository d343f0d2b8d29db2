import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { readRegistry } from '../registry/registry';
import { TIERS } from '../registry/schema';
import { platformValues } from './platform-values';
import { portsPage } from './ports-page';
import { releasesOf, type Values } from './service-values';
import { readTiers } from './tiers';

/** Where values lie, below the workspace. */
export const VALUES_FOLDER = 'deploy/helm/values';

const HEAD = '# Written by `npm run generate` from deploy/services.yaml and deploy/tiers.yaml.\n';
const text = (values: Values): string => HEAD + stringify(values, { lineWidth: 0, aliasDuplicateObjects: false });

/** What is generated, by its path below the workspace at `root`. Throws `RegistryInvalid`. */
export function generated(root: string): ReadonlyMap<string, string> {
  const registry = readRegistry(root);
  const tiers = readTiers(root);
  const files = new Map<string, string>();
  for (const tier of TIERS) {
    files.set(`${VALUES_FOLDER}/${tier}/platform.yaml`, text(platformValues(tier, registry, tiers[tier])));
    for (const [name, values] of releasesOf(tier, registry, tiers[tier])) {
      files.set(`${VALUES_FOLDER}/${tier}/${name}.yaml`, text(values));
    }
  }
  files.set('docs/deploy/ports.md', portsPage(registry));
  return files;
}

/**
 * Generated files that are not as they would be written, and those that nothing writes any more. Files of `monitoring` in the
 * values' folders belong to that chart.
 */
export function stale(root: string, files = generated(root)): readonly string[] {
  const differ = [...files].filter(([path, wanted]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== wanted;
  });
  return [...differ.map(([path]) => path), ...orphans(root, files)];
}

/** Writes what is stale, and removes what nothing writes any more; returns the paths. */
export function writeGenerated(root: string): readonly string[] {
  const files = generated(root);
  const paths = stale(root, files);
  for (const path of paths) {
    const wanted = files.get(path);
    if (wanted === undefined) rmSync(join(root, path));
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), wanted);
    }
  }
  return paths;
}

function orphans(root: string, files: ReadonlyMap<string, string>): readonly string[] {
  return TIERS.flatMap((tier) => {
    const folder = join(root, VALUES_FOLDER, tier);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .map((name) => `${VALUES_FOLDER}/${tier}/${name}`)
      .filter((path) => !files.has(path) && readFileSync(join(root, path), 'utf8').startsWith(HEAD));
  });
}
