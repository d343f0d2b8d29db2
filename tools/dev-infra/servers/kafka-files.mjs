// The files that a broker is started with: its properties, and certificates of its own for the listener with TLS.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../programs.mjs';

const VALID_DAYS = '3650';

/**
 * One node that is broker and controller. `PLAINTEXT` is for everyday use, `SECURE` (TLS, SCRAM) for trying what a
 * cluster asks for.
 */
export function propertiesOf({ data, keystore, ports }) {
  const listeners = `PLAINTEXT://127.0.0.1:${ports.client},SECURE://127.0.0.1:${ports.secure}`;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `${listeners},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT',
    'listener.name.secure.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.secure.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.secure.ssl.keystore.type': 'PEM',
    'listener.name.secure.ssl.keystore.location': keystore,
    'log.dirs': data,
    'num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // Tests and developers start one consumer at a time and do not want to wait for others.
    'group.initial.rebalance.delay.ms': 0,
    // A broker that was killed is let in again only when its session has run out; the default is 9 s.
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 500,
    'auto.create.topics.enable': false,
    'delete.topic.enable': true,
    'log.message.timestamp.type': 'LogAppendTime',
    'num.network.threads': 2,
    'num.io.threads': 4,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Makes an authority and the broker's key and certificate, unless they are there. */
export function ensureCertificates(folder) {
  const at = (name) => join(folder, name);
  const [ca, keystore] = [at('ca.pem'), at('keystore.pem')];
  if (existsSync(ca) && existsSync(keystore)) return { ca, keystore };
  const openssl = (...args) => {
    execFileSync(findProgram('openssl'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const [caKey, key, request, certificate, extensions] = [
    'ca.key',
    'broker.key',
    'broker.csr',
    'broker.pem',
    'san',
  ].map(at);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-subj', '/CN=Trading development authority', '-days', VALID_DAYS];
  openssl('req', '-x509', ...curve, ...authority, '-keyout', caKey, '-out', ca);
  openssl('req', '-new', ...curve, '-subj', '/CN=localhost', '-keyout', key, '-out', request);
  writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  const signer = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', VALID_DAYS];
  openssl('x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', certificate);
  writeFileSync(keystore, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'), { mode: 0o600 });
  for (const file of [caKey, key, request, certificate, extensions]) rmSync(file);
  return { ca, keystore };
}
