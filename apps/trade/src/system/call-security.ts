import { resolve } from 'node:path';
import type { CertificateFiles } from '@trading/platform-grpc';
import { CliError } from '../cli/cli-error';
import type { OptionValues } from '../cli/command';

/** Where the files of TLS are named. */
export interface SecurityPlaces {
  readonly options: OptionValues;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * The certificates that services are called with; undefined for plaintext. A system that was found on this machine
 * talks plaintext on loopback, so what the environment says holds where `--grpc` names the system.
 * @throws CliError when the files do not make TLS
 */
export async function openCallSecurity({ options, env, cwd }: SecurityPlaces): Promise<CertificateFiles | undefined> {
  const isNamed = options.text('grpc') !== undefined;
  const file = (option: string, ofServices: string | undefined): string | undefined => {
    const named = options.text(option) ?? (isNamed ? ofServices : undefined);
    return named === undefined || named === '' ? undefined : resolve(cwd, named);
  };
  const caFile = file('ca', env['GRPC_TLS_CA_FILE']);
  const certFile = file('cert', env['GRPC_TLS_CERT_FILE']);
  const keyFile = file('key', env['GRPC_TLS_KEY_FILE']);
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return undefined;
  const { CertificateFiles, CertificatesUnusable } = await import('@trading/platform-grpc');
  const { silentLogger } = await import('@trading/platform-logging');
  try {
    return new CertificateFiles({ caFile, certFile, keyFile }, { logger: silentLogger });
  } catch (error) {
    if (error instanceof CertificatesUnusable) throw new CliError(error.message, 2, { cause: error });
    throw error;
  }
}
