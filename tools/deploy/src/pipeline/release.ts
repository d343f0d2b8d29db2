import { join } from 'node:path';
import { z } from 'zod';
import type { Manifest } from '../manifest/manifest';
import { repositoryOf, type Target, TARGETS } from './names';
import type { ReleaseName } from './release-order';
import type { RunProgram } from './run-program';

/** How long a release may take until its pods are ready. */
const TIMEOUT = '10m';

/** Revisions of releases before an upgrade; 0 where there was none. */
export const revisionsSchema = z.record(z.string(), z.int().min(0));
export type Revisions = z.infer<typeof revisionsSchema>;

/** Helm did not do what it was asked. */
export class HelmFailed extends Error {
  constructor(
    readonly release: string,
    readonly reason: string,
    /** Releases that could not be brought back either. */
    readonly stuck: readonly string[] = [],
  ) {
    const left = stuck.length === 0 ? '' : ` These could not go back and need a person: ${stuck.join(', ')}.`;
    super(`Release ${release} failed: ${reason}.${left}`);
  }
}

/** What a tier is upgraded with. */
export interface Upgrade {
  readonly manifest: Manifest;
  readonly tier: Target;
  readonly registry: string;
  readonly order: readonly ReleaseName[];
  /** The workspace, whose charts and values are used. */
  readonly root: string;
  /** The program. */
  readonly helm: string;
  readonly run: RunProgram;
  readonly say: (line: string) => void;
}
type Place = Pick<Upgrade, 'tier' | 'helm' | 'run' | 'say'>;

const listed = z.array(z.object({ name: z.string(), revision: z.coerce.number(), status: z.string() }));

/** The revisions that are deployed now; throws {@link HelmFailed} when an earlier operation has not ended. */
export function revisionsNow({ tier, helm, run }: Place, order: readonly ReleaseName[]): Revisions {
  const words = ['list', '--all', '--namespace', TARGETS[tier].namespace, '--max', '0', '--output', 'json'];
  const { code, stdout, stderr } = run(helm, words);
  if (code !== 0) throw new HelmFailed('(the list of releases)', stderr.trim());
  const releases = listed.parse(JSON.parse(stdout));
  const pending = releases.find(({ status }) => status.startsWith('pending'));
  if (pending !== undefined) throw new HelmFailed(pending.name, `it is ${pending.status} by somebody else`);
  const revisionOf = (name: string): number => releases.find((each) => each.name === name)?.revision ?? 0;
  return Object.fromEntries(order.map(({ release }) => [release, revisionOf(release)]));
}

/**
 * Upgrades every release in order by digest, waiting for each. Helm takes the one that fails back itself; those that were
 * upgraded before it go back after that, the last first. Throws {@link HelmFailed}.
 */
export function upgradeAll(upgrade: Upgrade, before: Revisions): void {
  const { order, helm, run, say } = upgrade;
  const done: ReleaseName[] = [];
  for (const each of order) {
    const { code, stderr } = run(helm, upgradeWords(upgrade, each));
    if (code === 0) {
      done.push(each);
      say(`${each.release}: ${upgrade.manifest.images[each.app].digest}`);
      continue;
    }
    const stuck = rollBackAll(upgrade, done, before);
    throw new HelmFailed(each.release, stderr.trim(), stuck);
  }
}

function upgradeWords({ manifest, tier, registry, root }: Upgrade, { release, app }: ReleaseName): string[] {
  return [
    'upgrade',
    release,
    join(root, 'deploy/helm/service'),
    '--install',
    '--rollback-on-failure',
    '--wait',
    '--timeout',
    TIMEOUT,
    '--namespace',
    TARGETS[tier].namespace,
    '--values',
    join(root, 'deploy/helm/values', tier, `${release}.yaml`),
    '--set-string',
    `image.repository=${registry}/${repositoryOf(app)}`,
    '--set-string',
    `image.digest=${manifest.images[app].digest}`,
  ];
}

/**
 * Brings releases back to what they were, the last first; one that was not there before is left, since nothing older would
 * serve in its place, and migrations are left, since older services work with newer tables.
 * @returns the names of those that could not go back
 */
export function rollBackAll(place: Place, order: readonly ReleaseName[], before: Revisions): readonly string[] {
  const stuck: string[] = [];
  for (const { release } of [...order].reverse()) {
    const revision = before[release] ?? 0;
    if (release === 'migrations' || revision === 0) continue;
    const words = ['rollback', release, String(revision), '--wait', '--timeout', TIMEOUT];
    const { code, stderr } = place.run(place.helm, [...words, '--namespace', TARGETS[place.tier].namespace]);
    if (code === 0) place.say(`${release}: back at revision ${revision}`);
    else stuck.push(`${release} (${stderr.trim()})`);
  }
  return stuck;
}
