import { RegistryInvalid } from '../registry/registry';
import { ROOT as root } from './helm';
import { stale, writeGenerated } from './values-files';

/** `generate.js [--check]`: writes the charts' values and the page of ports, or says which are not current. */
function main(args: readonly string[]): number {
  const unknown = args.filter((arg) => arg !== '--check');
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}; there is --check.`);
    return 2;
  }
  try {
    if (!args.includes('--check')) {
      for (const path of writeGenerated(root)) console.log(`wrote ${path}`);
      return 0;
    }
    const paths = stale(root);
    for (const path of paths) console.error(`${path} is not current: run npm run generate.`);
    return paths.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof RegistryInvalid)) throw error;
    console.error(error.message);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));
