// Kafka's jars, from Maven, and Java's archive of their classes: fetched or made once, kept outside every data folder.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from '../programs.mjs';

const run = promisify(execFile);
const SOURCES = join(dirname(fileURLToPath(import.meta.url)), '../kafka');
const POM = join(SOURCES, 'pom.xml');

export const LOG_CONFIGURATION = join(SOURCES, 'log4j2.properties');

const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Where what this version of Kafka needs is kept: `TRADING_CACHE`, or the user's cache folder. */
export function kafkaHome() {
  const pom = readFileSync(POM, 'utf8');
  const version = /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? 'unknown';
  const userCache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(process.env['TRADING_CACHE'] || join(userCache, 'trading-dev'), `kafka-${version}-${digest(pom)}`);
}

export const hasJars = () => existsSync(join(kafkaHome(), 'libs'));

/** Has Maven fetch the jars, unless they are there; they appear complete or not at all. */
export async function ensureJars(say) {
  if (hasJars()) return;
  const home = kafkaHome();
  mkdirSync(dirname(home), { recursive: true });
  const partial = mkdtempSync(`${home}.partial-`);
  say(`fetching Kafka's jars with Maven into ${home} (43 MB, once)`);
  try {
    cpSync(POM, join(partial, 'pom.xml'));
    const libs = `-DoutputDirectory=${join(partial, 'libs')}`;
    await maven(
      ['-q', '-B', '-Dstyle.color=never', 'dependency:copy-dependencies', '-DincludeScope=runtime', libs],
      partial,
    );
    mkdirSync(home, { recursive: true });
    renameSync(join(partial, 'libs'), join(home, 'libs'));
  } catch (error) {
    // Another run may have been faster.
    if (!hasJars()) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function maven(args, cwd) {
  try {
    await run(findProgram('mvn'), args, { cwd });
  } catch (cause) {
    const said = `${cause.stdout ?? ''}${cause.stderr ?? ''}`.trim() || cause.message;
    throw new Error(`Kafka's jars could not be fetched by mvn ${args.join(' ')}:\n${said}`, { cause });
  }
}

/** Java's archive of loaded classes, which halves the time to start; only the Java that made it can use it. */
export function classArchive() {
  const java = realpathSync(findProgram('java'));
  return join(kafkaHome(), `classes-${digest(`${java} ${statSync(java).mtimeMs}`)}.jsa`);
}

/** Puts an archive that a server left when it ended where the next ones look for it. */
export function keepClassArchive(file) {
  if (!existsSync(file)) return;
  const partial = `${classArchive()}.partial-${process.pid}`;
  copyFileSync(file, partial);
  renameSync(partial, classArchive());
  rmSync(file);
}
