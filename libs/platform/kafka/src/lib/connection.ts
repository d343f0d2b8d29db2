import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Kafka, type ISocketFactory, type SASLOptions } from 'kafkajs';
import { kafkaLogCreator, type KafkaLog } from './kafka-log';
import { repairRequestQueue } from './request-queue-repair';

/** Files of the TLS connection, PEM; each is read again for every new client. Without `ca` the system's are trusted. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  /** The client's own certificate and key, for brokers that ask for one. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface SaslAccount {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  /** Never logged. */
  readonly password: string;
}

/** How the brokers are reached. */
export interface KafkaConnection {
  /** `host:port` of brokers to begin with; the others are learned from them. */
  readonly brokers: readonly string[];
  /** Says to the brokers who is talking. */
  readonly clientId: string;
  /** Before the name of every topic and group, so that several systems can share a cluster. Default none. */
  readonly topicPrefix?: string | undefined;
  readonly sasl?: SaslAccount | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly log: KafkaLog;
}

const KEEP_ALIVE_MS = 60_000;

/**
 * A kafkajs client. Every consumer has one of its own, for kafkajs shares what it knows of a group's offsets between
 * the consumers of a client.
 */
export function kafkaClient(connection: KafkaConnection): Kafka {
  repairRequestQueue();
  const { tls, sasl } = connection;
  return new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: 3_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    socketFactory: promptSockets,
    retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 3 },
    logCreator: kafkaLogCreator(connection.log),
    ...(tls && { ssl: tlsOptions(tls) }),
    ...(sasl && { sasl: { ...sasl } as SASLOptions }),
  });
}

function tlsOptions(files: TlsFiles): ConnectionOptions {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, 'utf8'));
  const [ca, cert, key] = [read(files.ca), read(files.cert), read(files.key)];
  return { ...(ca && { ca: [ca] }), ...(cert && { cert }), ...(key && { key }) };
}

/** Small requests are not held back to be sent together. */
const promptSockets: ISocketFactory = ({ host, port, onConnect, ...options }) => {
  // Absent without TLS, whatever kafkajs declares.
  const ssl = options.ssl as ConnectionOptions | undefined;
  const isName = !/^[\d.]+$|:/.test(host);
  const socket = ssl
    ? connectTls({ host, port, ...(isName && { servername: host }), ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
};
