import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const REQUIRED = /\brequire\("(\.{1,2}\/[^"]+)"\)/g;

/**
 * The built files that a built program is made of: itself and what it requires by relative paths, however far. Undefined
 * when one of them is missing, as while it is being built.
 */
export function requiredFiles(program: string): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  const open = [program];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    if (!existsSync(file)) return undefined;
    found.add(file);
    if (!file.endsWith('.js')) continue;
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(REQUIRED)) {
      const base = resolve(dirname(file), path);
      const target = [base, `${base}.js`, `${base}/index.js`].find((each) => /\.\w+$/.test(each) && existsSync(each));
      if (target === undefined) return undefined;
      open.push(target);
    }
  }
  return found;
}
