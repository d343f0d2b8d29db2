// Which programs the servers need and how a machine gets them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'install-debian.sh');

/** The Debian package that brings a program. */
const PACKAGES = {
  java: 'default-jre-headless',
  mvn: 'maven',
  openssl: 'openssl',
  'redis-server': 'redis-server',
  prometheus: 'prometheus',
};

/** The full path of a program in PATH. */
export function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  if (name === 'java' && process.env['JAVA_HOME']) folders.unshift(join(process.env['JAVA_HOME'], 'bin'));
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Makes sure that programs are there: as root on a Debian system they are installed, elsewhere the error says what to
 * install.
 *
 * @param {readonly string[]} names keys of {@link PACKAGES}
 * @param {(line: string) => void} say
 */
export function ensurePrograms(names, say) {
  const missing = [...new Set(names)].filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return;
  const packages = missing.map((name) => PACKAGES[name]);
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      `Not installed: ${missing.join(', ')}. On Debian and Ubuntu: sudo ${SCRIPT} ${packages.join(' ')}; ` +
        `elsewhere install them your way, or leave their servers out with --only.`,
    );
  }
  say(`installing ${packages.join(', ')} with ${SCRIPT}`);
  const { status } = spawnSync(SCRIPT, packages, { stdio: ['ignore', 2, 2] });
  const still = missing.filter((name) => findProgram(name) === undefined);
  if (status !== 0 || still.length > 0) throw new Error(`${SCRIPT} ${packages.join(' ')} did not succeed.`);
}
