import type { Environment } from '@trading/platform-config';
import { CertificateFiles, openTokenFiles, type TokenFiles } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import type { ProcessConfig } from './process-variables';

/** Who a process is among the others and whom it lets in; both follow their files. */
export interface ProcessSecurity {
  /** TLS of its server and its clients; undefined for plaintext. */
  readonly certificates: CertificateFiles | undefined;
  readonly tokens: TokenFiles;
  close(): void;
}

/** @throws {CertificatesUnusable} for files that do not make TLS */
export function openSecurity(config: ProcessConfig, env: Environment, logger: Logger): ProcessSecurity {
  const { GRPC_TLS_CERT_FILE: certFile, GRPC_TLS_KEY_FILE: keyFile, GRPC_TLS_CA_FILE: caFile } = config;
  const isAsked = [certFile, keyFile, caFile].some((file) => file !== undefined);
  const requireClientCertificate = config.GRPC_TLS_CLIENT_AUTH === 'require';
  const certificates =
    isAsked || requireClientCertificate
      ? new CertificateFiles({ certFile, keyFile, caFile, requireClientCertificate }, { logger })
      : undefined;
  const tokens = openTokenFiles(
    {
      operator: config.OPERATOR_TOKEN,
      operatorFile: env['OPERATOR_TOKEN_FILE'],
      service: config.SERVICE_TOKEN,
      serviceFile: env['SERVICE_TOKEN_FILE'],
    },
    { logger },
  );
  return {
    certificates,
    tokens,
    close: () => {
      tokens.close();
      certificates?.close();
    },
  };
}
