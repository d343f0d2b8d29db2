import { join } from 'node:path';
import { readRegistry } from '../registry/registry';
import { SERVICE_NAMES, TIERS, type Tier } from '../registry/schema';
import { render, ROOT, SOME_DIGEST, type KubeObject, type Render } from './helm';
import { readTiers } from './tiers';
import { VALUES_FOLDER } from './values-files';

/** A release as the pipeline installs it. */
export interface Release extends Render {
  readonly tier: Tier;
}

/** Releases of a tier in the order in which they are installed: the platform, the migrations, the services. */
export function releasesIn(tier: Tier): readonly Release[] {
  const { namespace } = readTiers(ROOT)[tier];
  const file = (name: string): string => join(ROOT, VALUES_FOLDER, tier, `${name}.yaml`);
  const platform: Release = { tier, chart: 'platform', release: 'platform', namespace, files: [file('platform')] };
  const services = ['migrations', ...SERVICE_NAMES].map((name): Release => ({
    tier,
    chart: 'service',
    release: name,
    namespace,
    files: [file(name)],
    set: [`image.digest=${SOME_DIGEST}`],
  }));
  return [platform, ...services];
}

/** A tier's objects by release. */
export type Rendered = ReadonlyMap<string, readonly KubeObject[]>;

const rendered = new Map<Tier, Rendered>();

/** All of a tier's releases, rendered once. */
export function renderTier(tier: Tier): Rendered {
  const known = rendered.get(tier);
  if (known !== undefined) return known;
  const fresh = new Map(releasesIn(tier).map((release) => [release.release, render(release)]));
  rendered.set(tier, fresh);
  return fresh;
}

/** Everything of every tier. */
export function renderAll(): ReadonlyMap<Tier, Rendered> {
  return new Map(TIERS.map((tier) => [tier, renderTier(tier)]));
}

export const registry = readRegistry(ROOT);
