import { type ChannelCredentials, experimental, ServerCredentials } from '@grpc/grpc-js';
import type { SecureContextOptions } from 'node:tls';
import { type CertificateFiles, type Certificates, CertificatesUnusable } from './certificate-files';

/** TLS of a server whose certificates change while it listens. */
class RotatingServerCredentials extends ServerCredentials {
  constructor(files: CertificateFiles) {
    super(
      { requestCert: files.requiresClientCertificate, rejectUnauthorized: files.requiresClientCertificate },
      contextOf(files.current),
    );
    // grpc-js's own provider credentials start without a context and drop connections until the first reading.
    files.onChange((certificates) => this.updateSecureContextOptions(contextOf(certificates)));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/** @throws {CertificatesUnusable} without certificate and key */
export function serverCredentials(files: CertificateFiles): ServerCredentials {
  return new RotatingServerCredentials(files);
}

type CertificateProvider = experimental.CertificateProvider;

const providers = new WeakMap<CertificateFiles, CertificateProvider>();

/** TLS of a client whose certificates change between its connections. Clients with the same files share connections. */
export function channelCredentials(files: CertificateFiles): ChannelCredentials {
  let provider = providers.get(files);
  if (provider === undefined) {
    provider = providerOf(files);
    providers.set(files, provider);
  }
  const identity = files.current.identity === undefined ? null : provider;
  return experimental.createCertificateProviderChannelCredentials(provider, identity);
}

/** The files as grpc-js asks for them: each listener is told what is now, and again when it changes. */
function providerOf(files: CertificateFiles): CertificateProvider {
  const stops = new Map<unknown, () => void>();
  const add = (listener: unknown, tell: (certificates: Certificates) => void): void => {
    stops.get(listener)?.();
    stops.set(listener, files.onChange(tell));
    tell(files.current);
  };
  const remove = (listener: unknown): void => {
    stops.get(listener)?.();
    stops.delete(listener);
  };
  return {
    addCaCertificateListener: (listener) =>
      add(listener, ({ authorities }) => listener({ caCertificate: authorities })),
    removeCaCertificateListener: remove,
    addIdentityCertificateListener: (listener) => add(listener, ({ identity }) => listener(identity ?? null)),
    removeIdentityCertificateListener: remove,
  };
}

function contextOf({ identity, authorities }: Certificates): SecureContextOptions {
  if (identity === undefined) {
    throw new CertificatesUnusable('A server with TLS needs a certificate and its key.');
  }
  return { ca: authorities, cert: identity.certificate, key: identity.privateKey };
}
