/** `node dist/tools/deploy/src/images/main.js APP FOLDER`: makes the folder that an image of APP holds. */
import { resolve } from 'node:path';
import { CannotPrune, prune } from './prune';

const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

async function main([app, out]: readonly string[]): Promise<number> {
  if (app === undefined || out === undefined) {
    console.error('Usage: node dist/tools/deploy/src/images/main.js APP FOLDER');
    return 2;
  }
  try {
    const { files, sizes } = await prune({ root: process.cwd(), app, out: resolve(out) });
    const largest = sizes.byPackage.slice(0, 3).map(([name, bytes]) => `${name} ${mib(bytes)}`);
    console.log(
      `${app}: ${files} files, ours ${mib(sizes.ours)}, packages ${mib(sizes.packages)} (${largest.join(', ')})`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof CannotPrune)) throw error;
    console.error(error.message);
    return 1;
  }
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
