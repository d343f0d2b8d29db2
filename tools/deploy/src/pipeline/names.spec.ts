import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { APPS } from '../manifest/manifest';
import { ROLES, TARGETS } from './names';
import { readWorkflowFiles } from './workflow-files';

const root = resolve(__dirname, '../../../..');
const deploy = join(root, 'deploy');

/** All text of the infrastructure; undefined where it is not there. */
function infrastructure(): string | undefined {
  const folder = join(deploy, 'terraform');
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder, { recursive: true }).map(String);
  const own = names.filter((name) => /\.(tf|tfvars)$/.test(name) && !name.includes('.terraform'));
  return own.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** What the infrastructure does not name, of what it must. */
function unnamed(text: string): readonly string[] {
  const targets = Object.values(TARGETS);
  const words = [
    ...ROLES,
    ...targets.flatMap(({ region, cluster, environment }) => [region, cluster, environment]),
    ...APPS,
  ];
  // Names may be put together, as `trading/${each.key}` and `trading-github-${each.key}` are: then the end is in quotes.
  const isNamed = (word: string): boolean => {
    const end = word.replace(/^trading-github-/, '');
    return text.includes(word) || text.includes(`"${end}"`);
  };
  return [...new Set(words)].filter((word) => !isNamed(word));
}

describe('names that pipeline and infrastructure share', () => {
  it('are those of the workflows', () => {
    const text = Object.values(readWorkflowFiles(root)).join('\n');
    for (const role of ROLES) expect(text).toContain(role);
    const used = [...text.matchAll(/trading-github-[\w-]+/g)].map(([name]) => name);
    expect(new Set(used)).toEqual(new Set(ROLES));
  });

  it('are those of the infrastructure, where there is one', () => {
    expect(unnamed(infrastructure() ?? [...ROLES, JSON.stringify(TARGETS), ...APPS].join('\n'))).toEqual([]);
  });

  it('are missed when the infrastructure has others', () => {
    const text = [...ROLES, JSON.stringify(TARGETS), ...APPS].join('\n');
    expect(unnamed(text.replaceAll('trading-prod-secondary', 'trading-prod-other'))).toEqual([
      'trading-prod-secondary',
    ]);
    expect(unnamed(text.replaceAll('trading-github-images', 'trading-images'))).toEqual(['trading-github-images']);
  });

  it('are the namespaces of the charts, where there are any', () => {
    for (const [tier, { namespace }] of Object.entries(TARGETS)) {
      const file = join(deploy, 'helm/values', tier, 'platform.yaml');
      const charts = existsSync(file)
        ? (parse(readFileSync(file, 'utf8')) as { namespace: string }).namespace
        : namespace;
      expect(charts).toBe(namespace);
    }
  });
});
