import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether node_modules holds what package-lock.json asks for, by npm's own note of what it installed. Optional packages
 * of other platforms may be absent.
 */
export function isInstalled(root) {
  try {
    const packages = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
    const present = packages('node_modules/.package-lock.json');
    return Object.entries(packages('package-lock.json')).every(([path, wanted]) => {
      if (path === '') return true;
      const found = present[path];
      if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
      return found.version === wanted.version && found.integrity === wanted.integrity;
    });
  } catch {
    return false;
  }
}
