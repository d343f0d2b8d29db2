// What is kept in the data folder: a folder per server, `ports.json` and `secrets.json`, both made once.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAlive, startOf } from './processes.mjs';
import { waitFor } from './waiting.mjs';

const LOCK_WITHIN_MS = 300_000;

export class Folder {
  constructor(path) {
    this.path = resolve(path);
  }

  make() {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  get exists() {
    return existsSync(this.path);
  }

  /** Where one server keeps everything. */
  placeOf(name) {
    const path = join(this.path, name);
    return { path, log: join(path, `${name}.log`), process: join(path, 'process.json') };
  }

  get ports() {
    return this.#read('ports.json') ?? {};
  }

  keepPorts(name, ports) {
    this.#write('ports.json', { ...this.ports, [name]: ports });
  }

  /** Those that were made already. */
  get secretsIfAny() {
    return this.#read('secrets.json') ?? {};
  }

  /** Passwords and tokens of the servers, made at the first use. */
  get secrets() {
    const kept = this.#read('secrets.json');
    if (kept !== undefined) return kept;
    const secret = () => randomBytes(24).toString('base64url');
    const made = { kafkaPassword: secret(), influxPassword: secret(), influxToken: secret() };
    this.#write('secrets.json', made);
    return made;
  }

  /** Removes what is ours; anything else that lies in the folder stays. */
  remove(names) {
    for (const name of [...names, 'ports.json', 'secrets.json']) {
      rmSync(join(this.path, name), { recursive: true, force: true });
    }
  }

  removeIfEmpty() {
    try {
      rmdirSync(this.path);
    } catch (error) {
      if (!['ENOTEMPTY', 'ENOENT'].includes(error.code)) throw error;
    }
  }

  /** Lets one program at a time change what runs here. */
  async exclusively(work) {
    this.make();
    const file = join(this.path, 'lock');
    const mine = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
    writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
    try {
      if (!(await waitFor(() => tryLock(mine, file), LOCK_WITHIN_MS, 100))) {
        throw new Error(`Another program has been changing what runs in ${this.path} for minutes; see ${file}.`);
      }
    } finally {
      rmSync(mine, { force: true });
    }
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  }

  #read(name) {
    const file = join(this.path, name);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  #write(name, value) {
    const file = join(this.path, name);
    writeFileSync(`${file}.new`, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function tryLock(mine, file) {
  if (link(mine, file)) return true;
  if (isHeld(file)) return false;
  // Moved away before it is judged again: of two programs that found it stale only one moves it, and a lock that a third
  // has just taken is put back.
  const aside = `${mine}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return false;
  }
  if (isHeld(aside)) link(aside, file);
  rmSync(aside, { force: true });
  return false;
}

/** Makes the lock complete with its content, or not at all. */
function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function isHeld(file) {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8'));
    return isAlive(pid) && startOf(pid) === started;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return false;
  }
}
