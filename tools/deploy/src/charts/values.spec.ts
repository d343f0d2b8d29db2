import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TOPICS } from '@trading/contracts';
import { readRegistry, servicesOf } from '../registry/registry';
import { SERVICE_NAMES, TIERS, type ServiceName } from '../registry/schema';
import { serviceValues } from './service-values';
import { parseTiers, readTiers } from './tiers';
import { generated, stale } from './values-files';

const root = resolve(__dirname, '../../../..');
const registry = readRegistry(root);
const tiers = readTiers(root);
const tiersText = readFileSync(join(root, 'deploy/tiers.yaml'), 'utf8');

/** Variables of a program by its section of the reference, which is generated from the programs' schemas. */
function variablesOf(section: string): ReadonlyMap<string, { secret: boolean; file: boolean }> {
  const page = readFileSync(join(root, 'docs/reference/configuration.md'), 'utf8');
  const text = page.split(new RegExp(`^### ${section}$`, 'm'))[1]?.split(/^##/m)[0] ?? '';
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return [(cells[1] ?? '').replaceAll('`', ''), { secret: cells[4] === 'yes', file: cells[5] === 'yes' }];
    }),
  );
}

/** What the chart sets itself. */
const OF_CHART = [
  ...['HTTP_PORT', 'GRPC_PORT', 'LISTEN_HOST', 'GRPC_ALLOW_PLAINTEXT', 'GRPC_TLS_CERT_FILE', 'GRPC_TLS_KEY_FILE'],
  ...['GRPC_TLS_CA_FILE', 'TERMINAL_HOST', 'TERMINAL_PORT', 'TRADING_MODE'],
];

describe('values of the charts', () => {
  const shared = variablesOf('All services');
  const cases = TIERS.flatMap((tier) => SERVICE_NAMES.map((name) => [tier, name] as const));

  it('are as the registry and the tiers say: otherwise run npm run generate', () => {
    expect(stale(root)).toEqual([]);
  });

  it('are seen to be stale when a line differs or a file is missing', () => {
    const files = new Map(generated(root));
    files.set('deploy/helm/values/kind/platform.yaml', 'tier: kind\n');
    files.set('deploy/helm/values/kind/nobody.yaml', 'tier: kind\n');
    files.delete('deploy/helm/values/kind/decision.yaml');
    expect([...stale(root, files)].sort()).toEqual([
      'deploy/helm/values/kind/decision.yaml',
      'deploy/helm/values/kind/nobody.yaml',
      'deploy/helm/values/kind/platform.yaml',
    ]);
  });

  it.each(cases)('of %s set only variables that %s reads, and no secret in plain sight', (tier, name) => {
    const own = variablesOf(name);
    const known = new Map([...shared, ...own]);
    expect(own.size).toBeGreaterThan(0);
    const { config, secretVariables } = environmentOf(name, tier);
    for (const variable of Object.keys(config)) {
      const plain = known.get(variable);
      const asFile = known.get(variable.replace(/_FILE$/, ''));
      expect([variable, plain !== undefined || asFile?.file === true]).toEqual([variable, true]);
      expect([variable, plain?.secret ?? false]).toEqual([variable, false]);
    }
    for (const variable of Object.keys(secretVariables)) expect([...known.keys()]).toContain(variable);
    const set = [...Object.keys(config), ...Object.keys(secretVariables)];
    // The addresses of all others: a default would be the loopback interface.
    for (const variable of own.keys())
      if (variable.endsWith('_GRPC_ADDRESS') && !variable.startsWith('ADVERTISED')) expect(set).toContain(variable);
    expect(Object.keys(secretVariables)).toContain('DATABASE_URL');
  });

  it('leave to the chart only variables that somebody reads', () => {
    const all = new Set([...shared.keys(), ...SERVICE_NAMES.flatMap((name) => [...variablesOf(name).keys()])]);
    expect(OF_CHART.filter((name) => !all.has(name))).toEqual([]);
    for (const name of SERVICE_NAMES) {
      const reads = variablesOf(name).has('TRADING_MODE');
      expect([
        name,
        serviceValues(name, 'production', registry, tiers.production)['readsTradingMode'] === true,
      ]).toEqual([name, reads]);
    }
  });

  it('never scale beyond the partitions of what is shared out', () => {
    const topics = Object.values(TOPICS);
    for (const { scaledBy, size } of servicesOf(registry)) {
      const partitions = topics.find(({ name }) => name === scaledBy)?.partitions;
      if (partitions === undefined) continue;
      for (const tier of TIERS) expect(size[tier].maxReplicas ?? 1).toBeLessThanOrEqual(partitions);
    }
  });

  it('trade real money in production alone', () => {
    expect(TIERS.filter((tier) => tiers[tier].tradingMode === 'live')).toEqual(['production']);
    expect(tiers['production-dr'].namespace).toBe('trading-production');
  });

  it.each([
    ['an unknown line', 'zones: ScheduleAnyway', 'zone: ScheduleAnyway', /tiers.kind/],
    [
      'addresses that are none',
      'sourceRanges: [10.100.0.0/16]',
      'sourceRanges: [office]',
      /sourceRanges.0: expected addresses/,
    ],
    [
      'a store inside and outside',
      'redis: { pods:',
      'redis: { cidrs: [10.0.0.0/8], pods:',
      /stores.redis: expected either/,
    ],
  ])('are not made from tiers with %s', (_, from, to, message) => {
    expect(tiersText).toContain(from);
    expect(() => parseTiers(tiersText.replace(from, to), 'tiers.yaml')).toThrow(message);
  });
});

function environmentOf(name: ServiceName, tier: (typeof TIERS)[number]): { config: object; secretVariables: object } {
  return serviceValues(name, tier, registry, tiers[tier]) as { config: object; secretVariables: object } & Record<
    string,
    unknown
  >;
}
