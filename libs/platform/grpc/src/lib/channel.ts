import { isIP } from 'node:net';
import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';
import type { CertificateFiles } from './certificate-files';
import type { Idempotency } from './idempotency';
import { isLoopback, PlaintextRefused } from './listen-errors';
import { parsePath } from './method';
import { channelCredentials } from './tls-credentials';

/** The largest message that is sent or taken where nobody says otherwise, in bytes; gRPC's own default. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Pings, so that a peer that vanished (a cable, a killed machine) is noticed within 15 s and not with the next order. */
export const KEEP_ALIVE = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
} as const;

/** An address that no client can connect to. */
export class AddressUnusable extends Error {
  readonly code = 'ADDRESS_UNUSABLE';

  constructor(address: string, expected: string) {
    super(`${JSON.stringify(address)} is not an address for gRPC: ${expected}.`);
    this.name = 'AddressUnusable';
  }
}

export interface ChannelShape {
  readonly maxMessageBytes?: number | undefined;
  readonly serverName?: string | undefined;
  /** Paths of the methods that the client may call. */
  readonly paths: readonly string[];
  readonly idempotency: Idempotency;
}

/** The target that grpc-js understands: a comma-separated list of addresses becomes one of its address lists. */
export function targetOf(address: string): string {
  if (/^(?:dns|ipv4|ipv6):/.test(address)) {
    return address;
  }
  const hosts = address.split(',').map((part) => part.trim());
  if (hosts.length === 1) {
    return address;
  }
  const kinds = new Set(hosts.map((host) => isIP(hostOf(host))));
  if (kinds.size !== 1 || kinds.has(0)) {
    throw new AddressUnusable(address, 'a list holds IP addresses of one kind with their ports; a name is one address');
  }
  return `${kinds.has(4) ? 'ipv4' : 'ipv6'}:${hosts.join(',')}`;
}

/** How a channel connects, balances, limits and retries. */
export function channelOptions(target: string, shape: ChannelShape): ChannelOptions {
  const { maxMessageBytes = MAX_MESSAGE_BYTES, serverName } = shape;
  return {
    ...KEEP_ALIVE,
    // Also while idle: the next call may be an order.
    'grpc.keepalive_permit_without_calls': 1,
    // With grpc's jitter of 20 % a service that came back is found again within a second.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 800,
    'grpc.dns_min_time_between_resolutions_ms': 1_000,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.max_receive_message_length': maxMessageBytes,
    // Services talk to each other directly; a proxy of the environment is for the world outside.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.service_config': JSON.stringify(serviceConfig(target, shape)),
    'grpc-node.retry_max_attempts_limit': RETRY.maxAttempts,
    ...(serverName === undefined ? {} : { 'grpc.ssl_target_name_override': serverName }),
  };
}

/** Attempts are spread at random below 50, 100, 200, 400 and 800 ms (grpc's full jitter), all within the deadline. */
const RETRY = {
  maxAttempts: 6,
  initialBackoff: '0.05s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

/** gRPC's service config: which replicas get calls, and which methods may be called again (gRFC A6). */
function serviceConfig(target: string, { paths, idempotency }: ChannelShape): object {
  const repeatable = paths.filter((path) => idempotency.repeatable.has(path)).map(parsePath);
  const name = repeatable.map(({ fullService: service, method }) => ({ service, method }));
  return {
    // A name may stand for many replicas and a list does; a plain host has one server, on whichever address answers.
    loadBalancingConfig: [/^(?:dns|ipv4|ipv6):/.test(target) ? { round_robin: {} } : { pick_first: {} }],
    methodConfig: name.length === 0 ? [] : [{ name, retryPolicy: RETRY }],
  };
}

/** @throws {PlaintextRefused} for a target beyond loopback without TLS, unless allowed */
export function credentialsFor(
  target: string,
  certificates: CertificateFiles | undefined,
  allowPlaintext: boolean,
): ChannelCredentials {
  if (certificates !== undefined) {
    return channelCredentials(certificates);
  }
  const hosts = target
    .replace(/^(?:dns|ipv4|ipv6):(?:\/\/[^/]*\/)?/, '')
    .split(',')
    .map(hostOf);
  const away = hosts.find((host) => !isLoopback(host));
  if (away !== undefined && !allowPlaintext) {
    throw new PlaintextRefused(away);
  }
  return credentials.createInsecure();
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
