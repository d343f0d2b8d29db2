import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const TOOL = join(__dirname, '..');

/**
 * Runs statements in a Node process of its own, for jest does not load ES modules, and returns what they return.
 *
 * @param modules names to import all of, by module path within the tool
 * @param body may await; sees `args`
 */
export function evaluate(modules: Readonly<Record<string, string>>, body: string, ...args: unknown[]): unknown {
  const imports = Object.entries(modules).map(
    ([name, path]) => `import * as ${name} from ${JSON.stringify(join(TOOL, path))};`,
  );
  const run = `const args = JSON.parse(process.argv[1]);
    const result = await (async () => { ${body} })();
    console.log(JSON.stringify(result ?? null));`;
  const program = [...imports, run].join('\n');
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(args)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(output);
}
