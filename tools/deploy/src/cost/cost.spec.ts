import { resolve } from 'node:path';
import { costsOf, parseBudgets, weigh } from './budget';
import { estimateRegion, NoPrice, readPrices, readSizes } from './estimate';

const root = resolve(__dirname, '../../../..');
const BUDGETS = `
development: { least: 1, most: 100, folders: [a] }
staging: { least: 1, most: 100, folders: [a] }
production: { least: 1, most: 100, folders: [a] }
exceptions: []
`;

describe('costs', () => {
  const prices = readPrices(root);
  const staging = readSizes(root, 'staging/us-west-2');

  it.each(costsOf(root).map((cost) => [cost.tier, cost] as const))('of %s stay within the budget', (_, cost) => {
    expect(cost.total).toBeGreaterThan(0);
    expect(cost.isWithin).toBe(true);
  });

  it('follow the sizes of the infrastructure', () => {
    const total = (sizes: typeof staging): number =>
      estimateRegion(sizes, prices).reduce((sum, { amount }) => sum + amount, 0);
    const { postgres } = staging;
    const single = total({ ...staging, postgres: { ...postgres, multi_az: false } });
    const both = total({ ...staging, postgres: { ...postgres, multi_az: true } });
    expect(both - single).toBeCloseTo(0.072 * 730 + 100 * 0.115, 6);
  });

  it('are refused where a size has no price', () => {
    const unpriced = { ...staging, redis: { ...staging.redis, node_type: 'cache.huge' } };
    expect(() => estimateRegion(unpriced, prices)).toThrow(NoPrice);
    expect(() => estimateRegion(unpriced, prices)).toThrow(/caches.*cache\.huge|cache\.huge.*caches/);
  });

  it('beyond a budget need an exception, which counts for no more than its resource', () => {
    const items = [{ resource: 'Redis: 9 × x', amount: 150, folder: 'a' }];
    const exception = (amount: number, resource = 'Redis'): string =>
      BUDGETS.replace(
        'exceptions: []',
        `exceptions: [{ tier: staging, resource: ${resource}, amount: ${amount}, reason: needed for a while }]`,
      );
    expect(weigh('staging', items, parseBudgets(BUDGETS)).isWithin).toBe(false);
    expect(weigh('staging', items, parseBudgets(exception(50))).isWithin).toBe(true);
    expect(weigh('staging', items, parseBudgets(exception(49))).isWithin).toBe(false);
    expect(weigh('staging', items, parseBudgets(exception(500, 'Kafka'))).isWithin).toBe(false);
    expect(() => parseBudgets(exception(50).replace('needed for a while', 'so'))).toThrow();
  });
});

describe('the two regions of production', () => {
  it('differ in how much there is, and not in what there is', () => {
    const primary = readSizes(root, 'production/us-west-2');
    const recovery = readSizes(root, 'production/us-east-1');
    expect(Object.keys(recovery.node_groups)).toEqual(Object.keys(primary.node_groups));
    expect(recovery.postgres.instance_class).toBe(primary.postgres.instance_class);
    expect(recovery.postgres.allocated_gib).toBe(primary.postgres.allocated_gib);
    expect(recovery.redis.node_type).toBe(primary.redis.node_type);
    expect(recovery.kafka).toMatchObject({
      instance_type: primary.kafka.instance_type,
      brokers: primary.kafka.brokers,
    });
    expect(recovery.interface_endpoints).toEqual(primary.interface_endpoints);
  });
});
