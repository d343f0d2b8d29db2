import { type App, APPS, type Manifest, parseManifest } from '../manifest/manifest';
import { repositoryOf, type Target, TARGETS } from './names';
import type { RunProgram } from './run-program';

/** A manifest or an image must not be deployed. */
export class ReleaseRefused extends Error {
  constructor(
    readonly what: string,
    readonly reason: string,
  ) {
    super(`${what} is not deployed: ${reason}`);
  }
}

/** What is verified before a tier is touched. */
export interface Verification {
  /** The manifest's text and its file, which is what was signed. */
  readonly text: string;
  readonly file: string;
  /** The signature with its certificate. */
  readonly bundle: string;
  readonly tier: Target;
  /** Host of the registry. */
  readonly registry: string;
  /** The repository on GitHub, `owner/name`. */
  readonly repository: string;
}

const ISSUER = 'https://token.actions.githubusercontent.com';

/** The full name of an app's image in a registry, by its digest. */
export const imageOf = (registry: string, app: App, { images }: Manifest): string =>
  `${registry}/${repositoryOf(app)}@${images[app].digest}`;

/**
 * The manifest, once it is certain that the workflow that makes images signed it for a branch that the tier takes, and
 * signed every image in it and its list of contents. Throws {@link ReleaseRefused} or `ManifestInvalid`.
 */
export function verifyRelease(wanted: Verification, run: RunProgram): Manifest {
  const manifest = parseManifest(wanted.text, wanted.file);
  const { branches } = TARGETS[wanted.tier];
  if (!branches.some((branch) => branch === manifest.branch)) {
    throw new ReleaseRefused(
      wanted.file,
      `it is of ${manifest.branch}, and ${wanted.tier} takes ${branches.join(' or ')}`,
    );
  }
  const workflow = `https://github.com/${wanted.repository}/.github/workflows/images.yml@refs/heads/`;
  const signer = (branch: string): string[] => [
    '--certificate-identity',
    `${workflow}${branch}`,
    '--certificate-oidc-issuer',
    ISSUER,
  ];
  const cosign = (what: string, args: readonly string[]): void => {
    const { code, stderr } = run('cosign', args);
    if (code !== 0) throw new ReleaseRefused(what, `its signature does not hold (${stderr.trim()})`);
  };
  cosign(wanted.file, ['verify-blob', '--bundle', wanted.bundle, ...signer(manifest.branch), wanted.file]);
  for (const app of APPS) {
    const image = imageOf(wanted.registry, app, manifest);
    cosign(image, ['verify', ...signer(manifest.branch), image]);
    cosign(image, ['verify-attestation', '--type', 'spdxjson', ...signer(manifest.branch), image]);
  }
  return manifest;
}
