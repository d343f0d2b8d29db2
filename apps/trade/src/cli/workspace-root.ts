import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder with package-lock.json above this file, whether it runs as source or built into dist. */
export function workspaceRoot(from: string = __dirname): string {
  let folder = from;
  while (!existsSync(join(folder, 'package-lock.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`There is no package-lock.json above ${from}.`);
    folder = above;
  }
  return folder;
}
