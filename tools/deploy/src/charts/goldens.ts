import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Tier } from '../registry/schema';
import { ROOT, type KubeObject } from './helm';
import { renderAll, type Rendered } from './releases';

const FOLDER = 'deploy/helm/goldens';

/** Kept in full, because together they hold every kind of object; of the others a line per object is kept. */
const IN_FULL: readonly (readonly [Tier, string])[] = [
  ['kind', 'mt5-gateway'],
  ['staging', 'mt5-gateway'],
  ['production', 'platform'],
  ['production', 'migrations'],
  ['production', 'prediction'],
  ['production', 'risk-manager'],
];

const idOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;
const byId = (left: KubeObject, right: KubeObject): number => (idOf(left) < idOf(right) ? -1 : 1);
const digest = (object: KubeObject): string =>
  createHash('sha256').update(JSON.stringify(object)).digest('hex').slice(0, 12);

/** What the charts render, by file: an index of all objects, and some releases in full. */
export function goldens(all: ReadonlyMap<Tier, Rendered> = renderAll()): ReadonlyMap<string, string> {
  const lines = [...all].flatMap(([tier, releases]) =>
    [...releases].flatMap(([release, objects]) =>
      [...objects].sort(byId).map((object) => `${digest(object)}  ${tier}  ${release}  ${idOf(object)}`),
    ),
  );
  const full = IN_FULL.map(([tier, release]): [string, string] => {
    const objects = [...(all.get(tier)?.get(release) ?? [])].sort(byId);
    return [`${tier}-${release}.yaml`, objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')];
  });
  return new Map([['index.txt', `${lines.join('\n')}\n`], ...full]);
}

/** What is kept, or nothing where there is no such file. */
export function keptGolden(name: string): string {
  const file = join(ROOT, FOLDER, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Keeps what the charts render now. */
export function keepGoldens(): void {
  for (const [name, text] of goldens()) {
    const file = join(ROOT, FOLDER, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
