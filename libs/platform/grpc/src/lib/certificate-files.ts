import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContextOptions } from 'node:tls';
import type { Logger } from '@trading/platform-logging';
import { CHECK_FILES_EVERY_MS, type FileContents, WatchedFiles } from './watched-files';

/** The files of TLS, in PEM. One set serves a process as a server and as a client of others. */
export interface GrpcSecurity {
  /** Certificate, with the chain that peers need; with its key it makes a server, and a client under mutual TLS. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Authorities that peers' certificates must come from; without it, those that Node trusts. */
  readonly caFile?: string | undefined;
  /** As a server: refuse clients without a certificate of these authorities (mutual TLS). */
  readonly requireClientCertificate?: boolean | undefined;
}

export interface CertificateFilesOptions {
  readonly logger: Logger;
  /** How often the files are looked at, in milliseconds. */
  readonly checkEveryMs?: number;
}

/** TLS was asked for with files that do not make it. */
export class CertificatesUnusable extends Error {
  readonly code = 'CERTIFICATES_UNUSABLE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificatesUnusable';
  }
}

/** What the files hold at one time, checked to belong together. */
export interface Certificates {
  /** Absent where only authorities are configured. */
  readonly identity: { readonly certificate: Buffer; readonly privateKey: Buffer } | undefined;
  readonly authorities: Buffer;
  /** When the own certificate ends, in microseconds since 1970. */
  readonly notAfterUs: number | undefined;
}

type FileName = 'certificate' | 'privateKey' | 'authorities';
type Contents = FileContents<FileName>;

const EXPIRY_WARNING_US = 7 * 24 * 3600 * 1e6;

/**
 * The certificates of a process, which follow their files: new connections use what the files hold now, connections
 * that are open and the calls on them go on. Files that do not belong together (half of a rotation) leave things as
 * they were.
 */
export class CertificateFiles {
  readonly requiresClientCertificate: boolean;
  private readonly listeners = new Set<(certificates: Certificates) => void>();
  private readonly files: WatchedFiles<FileName>;
  private latest: Certificates;
  private lastComplaint: string | undefined;

  /** @throws {CertificatesUnusable} for files that are missing, no PEM, or do not belong together */
  constructor(
    security: GrpcSecurity,
    private readonly options: CertificateFilesOptions,
  ) {
    const { certFile, keyFile, caFile, requireClientCertificate = false } = security;
    if ((certFile === undefined) !== (keyFile === undefined)) {
      throw new CertificatesUnusable('A certificate needs its key and a key its certificate; only one is configured.');
    }
    if (requireClientCertificate && (caFile === undefined || certFile === undefined)) {
      throw new CertificatesUnusable('Requiring certificates of clients needs own certificate, key and authorities.');
    }
    this.requiresClientCertificate = requireClientCertificate;
    try {
      this.files = new WatchedFiles(
        { certificate: certFile, privateKey: keyFile, authorities: caFile },
        (contents) => this.take(contents),
        (error) => this.complain(error),
      );
      this.latest = certificatesOf(this.files.contents);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CertificatesUnusable(`The files for TLS cannot be used: ${reason}`, { cause: error });
    }
    this.announce('TLS uses these certificates.');
    this.files.watch(options.checkEveryMs ?? CHECK_FILES_EVERY_MS);
  }

  get current(): Certificates {
    return this.latest;
  }

  /** Calls `listener` with what the files hold from now on; returns how to stop that. */
  onChange(listener: (certificates: Certificates) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Looks at the files now. */
  check(): Promise<void> {
    return this.files.check();
  }

  close(): void {
    this.files.close();
    this.listeners.clear();
  }

  private take(contents: Contents): void {
    this.latest = certificatesOf(contents);
    this.lastComplaint = undefined;
    this.announce('Certificates were read again; new connections use them.');
    for (const listener of this.listeners) {
      listener(this.latest);
    }
  }

  private announce(message: string): void {
    const { notAfterUs } = this.latest;
    const notAfter = notAfterUs === undefined ? undefined : new Date(notAfterUs / 1000).toISOString();
    const isEnding = notAfterUs !== undefined && notAfterUs - Date.now() * 1000 < EXPIRY_WARNING_US;
    this.options.logger[isEnding ? 'warn' : 'info']({ notAfter }, message);
  }

  /** Once per reason: the files are looked at every few seconds. */
  private complain(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.lastComplaint) {
      this.lastComplaint = reason;
      this.options.logger.warn({ reason }, 'Changed files for TLS cannot be used; the certificates stay as they were.');
    }
  }
}

function certificatesOf({ certificate, privateKey, authorities }: Contents): Certificates {
  const ca = authorities ?? Buffer.from(rootCertificates.join('\n'));
  const context: SecureContextOptions = { ca };
  let notAfterUs: number | undefined;
  if (certificate !== undefined && privateKey !== undefined) {
    const leaf = certificateIn(certificate);
    if (!leaf.checkPrivateKey(createPrivateKey(privateKey))) {
      throw new CertificatesUnusable('the key is not that of the certificate');
    }
    notAfterUs = Date.parse(leaf.validTo) * 1000;
    Object.assign(context, { cert: certificate, key: privateKey });
  }
  if (authorities !== undefined) {
    // OpenSSL takes a file without certificates in silence, and then trusts nobody.
    certificateIn(authorities);
  }
  createSecureContext(context);
  const identity = certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
  return { identity, authorities: ca, notAfterUs };
}

/** The first certificate of a file, which is the own one in a chain. */
function certificateIn(pem: Buffer): X509Certificate {
  return new X509Certificate(pem);
}
