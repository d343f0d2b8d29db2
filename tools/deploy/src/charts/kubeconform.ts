import { spawnSync } from 'node:child_process';
import { stringify } from 'yaml';
import { needTool } from '../toolbox/toolbox';
import type { KubeObject } from './helm';

/** What kubeconform finds wrong with objects, each finding with the object; a kind without a schema is one. */
export function schemaProblems(objects: readonly KubeObject[], folders: readonly string[]): readonly string[] {
  const [api = '', ...custom] = folders;
  const locations = [
    `${api}/{{.ResourceKind}}{{.KindSuffix}}.json`,
    ...custom.map((folder) => `${folder}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json`),
  ];
  const { stdout, stderr, error } = spawnSync(
    needTool('kubeconform'),
    ['-strict', '-output', 'json', ...locations.flatMap((location) => ['-schema-location', location]), '-'],
    { encoding: 'utf8', input: objects.map((object) => stringify(object)).join('---\n'), maxBuffer: 64 << 20 },
  );
  if (error !== undefined) throw error;
  if (stdout === '') throw new Error(`kubeconform said nothing: ${stderr}`);
  const { resources } = JSON.parse(stdout) as {
    resources: { kind: string; name: string; status: string; msg: string }[];
  };
  return resources.map(({ kind, name, msg }) => `${kind}/${name}: ${msg}`);
}
