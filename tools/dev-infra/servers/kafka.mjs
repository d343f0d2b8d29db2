// Kafka: one node in KRaft mode, with a plain listener and one that asks for TLS and a password.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../programs.mjs';
import { launch } from '../processes.mjs';
import { ensureCertificates, propertiesOf } from './kafka-files.mjs';
import {
  classArchive,
  ensureJars,
  hasJars,
  kafkaHome,
  keepClassArchive,
  LOG_CONFIGURATION,
} from './kafka-programs.mjs';

const run = promisify(execFile);
const USER = 'trading';

const broker = (port) => `127.0.0.1:${port}`;

/** Where a broker that found no class archive leaves one when it ends. */
const newArchive = (path) => join(path, 'classes.jsa');

/** @type {import('./servers.mjs').Server} */
export const kafka = {
  name: 'kafka',
  ports: { client: 9092, controller: 9093, secure: 9094 },
  programs: () => ['java', 'openssl', ...(hasJars() ? [] : ['mvn'])],
  async start({ path, log, ports, secrets, say }) {
    await ensureJars(say);
    const { keystore } = ensureCertificates(path);
    const [data, properties] = [join(path, 'data'), join(path, 'server.properties')];
    writeFileSync(properties, propertiesOf({ data, keystore, ports }));
    // Left by a broker that was killed, it may be incomplete.
    rmSync(newArchive(path), { force: true });
    await ensureFormatted(path, data, properties, secrets.kafkaPassword);
    const archive = existsSync(classArchive()) ? [] : [`-XX:ArchiveClassesAtExit=${newArchive(path)}`];
    const options = ['-Xms256m', '-Xmx384m', '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${LOG_CONFIGURATION}`];
    return launch([...java(), ...archive, ...options, 'kafka.Kafka', properties], { cwd: path, log });
  },
  /** It knows the cluster with itself in it: from then on topics can be made. */
  async answers({ ports }) {
    const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');
    const client = new Kafka({
      clientId: 'dev-infra',
      brokers: [broker(ports.client)],
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      retry: { retries: 0 },
      logLevel: logLevel.NOTHING,
    });
    const admin = client.admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      return brokers.length > 0;
    } catch {
      return false;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  },
  stopped({ path }, outcome) {
    if (outcome === 'ended') keepClassArchive(newArchive(path));
  },
  describe: ({ path, ports, secrets }) => ({
    brokers: [broker(ports.client)],
    secure: {
      brokers: [broker(ports.secure)],
      username: USER,
      password: secrets.kafkaPassword,
      caFile: join(path, 'ca.pem'),
      mechanism: 'scram-sha-512',
    },
  }),
};

function java() {
  const archive = classArchive();
  const shared = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
  return [findProgram('java'), ...shared, '-cp', join(kafkaHome(), 'libs', '*')];
}

/** Makes the data folder with the user in it; one whose making was interrupted is made again. */
async function ensureFormatted(path, data, properties, password) {
  const done = join(path, 'formatted');
  if (existsSync(done)) return;
  rmSync(data, { recursive: true, force: true });
  // In a file, for other users of the machine see command lines.
  const user = join(path, 'scram');
  writeFileSync(user, `SCRAM-SHA-512=[name=${USER},password=${password}]\n`, { mode: 0o600 });
  const options = ['-Xmx64m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', 'kafka.tools.StorageTool', 'format'];
  // Behind the sign of equality: one in 64 ids begins with a dash, and would be taken for an option.
  const clusterId = randomBytes(16).toString('base64url');
  const [program, ...args] = [
    ...java(),
    ...options,
    `--cluster-id=${clusterId}`,
    '-c',
    properties,
    '--add-scram',
    `@${user}`,
  ];
  try {
    await run(program, args, { cwd: path });
  } finally {
    rmSync(user, { force: true });
  }
  writeFileSync(done, '');
}
