import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether certificates can be made here: Node itself makes none. */
export const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** The paths of a certificate and its key. */
export interface CertificatePaths {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority that signs certificates for 127.0.0.1 and localhost. */
export class TestAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'grpc-tls-'));
  readonly caFile: string;
  private made = 0;

  constructor(name: string) {
    this.caFile = join(this.folder, 'ca.pem');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    this.openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca-key.pem',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    );
  }

  /** `ended` makes one that was valid in 2020 only. */
  issue(commonName: string, validity: 'valid' | 'ended' = 'valid'): CertificatePaths {
    this.made++;
    const [cert, key, request] = [`${this.made}.pem`, `${this.made}-key.pem`, `${this.made}.csr`];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
    this.openssl('req', '-new', ...newKey, '-out', request, '-subj', `/CN=${commonName}`);
    writeFileSync(join(this.folder, 'names.cnf'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    if (validity === 'valid') {
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-days', '1'];
      this.openssl('x509', '-req', '-in', request, ...signed, '-extfile', 'names.cnf', '-out', cert);
    } else {
      // `x509` learnt dates of the past only lately; `ca` always had them.
      writeFileSync(join(this.folder, 'index.txt'), '');
      writeFileSync(join(this.folder, 'serial'), '7A\n');
      writeFileSync(
        join(this.folder, 'ca.cnf'),
        '[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n' +
          '[any]\ncommonName=supplied\n',
      );
      const signed = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca-key.pem', '-extfile', 'names.cnf'];
      const dates = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
      this.openssl('ca', '-batch', '-notext', ...signed, ...dates, '-in', request, '-out', cert);
    }
    return { certFile: join(this.folder, cert), keyFile: join(this.folder, key) };
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

/** Puts a copy of `from` where `to` is, at once, as rotations do. */
export function replaceFile(from: string, to: string): void {
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}
