import { z } from 'zod';
import { SERVICE_NAMES } from '../registry/schema';

/** Apps that become images: the services, and the command line, which carries the migrations. */
export const APPS = [...SERVICE_NAMES, 'trade'] as const;
export type App = (typeof APPS)[number];

/** Branches whose pushes are deployed. */
export const BRANCHES = ['develop', 'main'] as const;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits');
const commit = z.string().regex(/^[0-9a-f]{40}$/, 'expected the 40 digits of a commit');
const image = z.strictObject({ digest, commit: commit.describe('The commit that it was built from.') });

const manifestSchema = z.strictObject({
  version: z.literal(1),
  branch: z.enum(BRANCHES),
  commit: commit.describe('What is deployed with these images: charts and values of this commit.'),
  images: z.strictObject(Object.fromEntries(APPS.map((app) => [app, image])) as Record<App, typeof image>),
});
const builtSchema = z.strictObject({ app: z.enum(APPS), digest });

/** Which image each app has. */
export type Manifest = z.infer<typeof manifestSchema>;
/** An image that a run has built. */
export type BuiltImage = z.infer<typeof builtSchema>;

/** A manifest, or a part of it, is not of the right form; every problem is named with its place. */
export class ManifestInvalid extends Error {
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file} does not hold:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Parses a manifest's text; `file` is what errors call it. Throws {@link ManifestInvalid}. */
export const parseManifest = (text: string, file: string): Manifest => parseAs(manifestSchema, text, file);

/** Parses what a build left of its image. Throws {@link ManifestInvalid}. */
export const parseBuilt = (text: string, file: string): BuiltImage => parseAs(builtSchema, text, file);

function parseAs<T>(schema: z.ZodType<T>, text: string, file: string): T {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new ManifestInvalid(file, ['(the file): expected JSON']);
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new ManifestInvalid(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(the file)'}: ${message}`),
  );
}

/** What a merge is made of. */
export interface Merge {
  /** The manifest that is deployed; none when nothing is. */
  readonly previous: Manifest | undefined;
  readonly built: readonly BuiltImage[];
  readonly branch: Manifest['branch'];
  readonly commit: string;
}

/** The manifest of before with the images that were built; entries of the others stay as they are. Throws {@link ManifestInvalid}. */
export function mergeManifest({ previous, built, branch, commit }: Merge): Manifest {
  if (previous !== undefined && previous.branch !== branch) {
    throw new ManifestInvalid('The manifest of before', [`branch: is ${previous.branch}, expected ${branch}`]);
  }
  const names = built.map(({ app }) => app);
  const twice = names.filter((app, i) => names.indexOf(app) !== i);
  if (twice.length > 0)
    throw new ManifestInvalid(
      'What was built',
      twice.map((app) => `${app}: is there twice`),
    );
  const images: Record<string, Manifest['images'][App]> = { ...previous?.images };
  for (const { app, digest: fresh } of built) images[app] = { digest: fresh, commit };
  return parseManifest(JSON.stringify({ version: 1, branch, commit, images }), 'The merged manifest');
}

/** The text of a manifest: the same for the same content, since it is signed. */
export function manifestText({ version, branch, commit, images }: Manifest): string {
  const sorted = Object.fromEntries(
    APPS.map((app) => [app, { digest: images[app].digest, commit: images[app].commit }]),
  );
  return `${JSON.stringify({ version, branch, commit, images: sorted }, undefined, 2)}\n`;
}
