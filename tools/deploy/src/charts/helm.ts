import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { needTool } from '../toolbox/toolbox';

/** What objects specify, as far as checks look into it; which of it there is depends on the kind. */
export interface KubeSpec {
  readonly replicas?: number;
  readonly selector?: unknown;
  readonly template?: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec: object;
  };
  readonly jobTemplate?: { readonly spec: KubeSpec };
  readonly podSelector?: unknown;
  readonly policyTypes?: readonly string[];
  readonly ingress?: unknown;
  readonly egress?: unknown;
}

/** An object of Kubernetes, as far as checks look into it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: KubeSpec;
  readonly data?: Readonly<Record<string, string>>;
}

/** Helm refused, and said why. */
export class HelmRefused extends Error {}

/** The workspace, also for what is built into its `dist`. */
export const ROOT = ['../../../..', '../../../../..']
  .map((up) => resolve(__dirname, up))
  .find((folder) => existsSync(join(folder, 'nx.json'))) as string;

/** The digest that images have in checks, where none has been built. */
export const SOME_DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** What is rendered: a chart as a release, with files of values and values of its own over them. */
export interface Render {
  readonly chart: 'service' | 'platform';
  readonly release: string;
  readonly namespace: string;
  readonly files?: readonly string[];
  readonly values?: object;
  readonly set?: readonly string[];
}

/** Runs helm. Throws {@link HelmRefused} with what it said. */
export function helm(args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(needTool('helm'), args, {
    encoding: 'utf8',
    input: options.input ?? '',
    env: options.env ?? process.env,
    maxBuffer: 64 << 20,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new HelmRefused(stderr.trim() || stdout.trim());
  return stdout;
}

/** The words that name a chart's values; own values are read from stdin. */
export function helmWords({ chart, namespace, files = [], values, set = [] }: Render): string[] {
  return [
    join(ROOT, 'deploy/helm', chart),
    '--namespace',
    namespace,
    ...files.flatMap((file) => ['--values', file]),
    ...(values === undefined ? [] : ['--values', '-']),
    ...set.flatMap((word) => ['--set', word]),
  ];
}

/** Renders a chart into its objects. Throws {@link HelmRefused}. */
export function render(what: Render): readonly KubeObject[] {
  const text = helm(
    ['template', what.release, ...helmWords(what)],
    what.values === undefined ? {} : { input: stringify(what.values) },
  );
  return objectsOf(text);
}

/** The objects of a text with several documents. */
export function objectsOf(text: string): readonly KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}
