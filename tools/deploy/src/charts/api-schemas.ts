import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { needTool, toolsFolder } from '../toolbox/toolbox';
import { ROOT } from './helm';

/** Versions of Kubernetes that the charts are held to. */
export const KUBERNETES = ['1.34.0', '1.35.0', '1.36.0'] as const;

/** Definitions of the custom resources that the charts make: prometheus-operator, KEDA, External Secrets. */
export const CRDS = '../shared/infra/kubernetes/crds.tgz';

type Json = Record<string, unknown>;

/**
 * A folder with the strict schemas of a version of the API, as kubeconform reads them. They come with the Python package
 * kubernetes-validate, whose references kubeconform's loader of files cannot follow; here they are made relative.
 */
export function apiSchemas(version: string): string {
  const folder = join(toolsFolder(), `kubernetes-schemas-${version}`);
  if (existsSync(folder)) return folder;
  const source = schemasOfPackage(dirname(dirname(needTool('kubernetes-validate'))), version);
  fill(folder, (draft) => {
    for (const name of readdirSync(source).filter((each) => each.endsWith('.json'))) {
      const schema = JSON.parse(readFileSync(join(source, name), 'utf8')) as Json;
      const isObject = schema['x-kubernetes-group-version-kind'] !== undefined;
      if (name === '_definitions.json' || isObject) writeFileSync(join(draft, name), JSON.stringify(relative(schema)));
    }
  });
  return folder;
}

function schemasOfPackage(environment: string, version: string): string {
  const python = readdirSync(join(environment, 'lib')).find((name) => name.startsWith('python')) ?? '';
  return join(
    environment,
    'lib',
    python,
    'site-packages/kubernetes_validate/kubernetes-json-schema',
    `v${version}-local-strict`,
  );
}

function relative(schema: Json): Json {
  const { $id: _, ...rest } = schema;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === '$ref' && typeof inner === 'string'
          ? inner.replace('/api/_definitions.json', '_definitions.json')
          : walk(inner),
      ]),
    );
  };
  return walk(rest) as Json;
}

/** A folder with schemas of the custom resources, `<kind>_<version>.json`, which know no unknown fields. */
export function customSchemas(archive = join(ROOT, CRDS)): string {
  const folder = join(toolsFolder(), 'custom-resource-schemas');
  rmSync(folder, { recursive: true, force: true });
  fill(folder, (draft) => {
    execFileSync('tar', ['-xzf', archive, '-C', draft]);
    for (const name of readdirSync(join(draft, 'crds'))) {
      for (const document of parseAllDocuments(readFileSync(join(draft, 'crds', name), 'utf8'))) {
        writeSchemas(draft, document.toJS() as Json | null);
      }
    }
    rmSync(join(draft, 'crds'), { recursive: true });
  });
  return folder;
}

interface Definition {
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly schema?: { readonly openAPIV3Schema: Json } }[];
}

function writeSchemas(folder: string, crd: Json | null): void {
  const spec = crd?.['spec'] as Definition | undefined;
  for (const { name, schema } of spec?.versions ?? []) {
    const strict = closed(schema?.openAPIV3Schema ?? {});
    writeFileSync(join(folder, `${spec?.names.kind.toLowerCase() ?? ''}_${name}.json`), JSON.stringify(strict));
  }
}

/** As the API server prunes: fields that a definition does not know are none, except where it says that it keeps them. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  const keeps = inner['x-kubernetes-preserve-unknown-fields'] === true;
  const isClosed = inner['properties'] !== undefined && inner['type'] === 'object' && !keeps;
  if (inner['x-kubernetes-int-or-string'] === true) return { oneOf: [{ type: 'integer' }, { type: 'string' }] };
  return isClosed && inner['additionalProperties'] === undefined ? { ...inner, additionalProperties: false } : inner;
}

/** Fills a folder of its own and gives it its name at the end: two processes at once disturb each other in nothing. */
function fill(folder: string, write: (draft: string) => void): void {
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  write(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
