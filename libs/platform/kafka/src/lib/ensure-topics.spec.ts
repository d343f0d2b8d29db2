import { type Admin, type ConfigEntries, ConfigSource, type ITopicConfig } from 'kafkajs';
import { ensureTopics } from './ensure-topics';

type UsedAdmin = Parameters<typeof ensureTopics>[0];
interface FakeTopic {
  partitions: number;
  readonly settings: Map<string, string>;
}

/** A cluster's topics; the settings that nobody made are the broker's. */
class FakeCluster {
  readonly topics = new Map<string, FakeTopic>();
  /** Questions for offsets that are refused, as by a broker that has not heard yet that it leads. */
  refusals = 0;

  get admin(): UsedAdmin {
    const cluster: Partial<Admin> = {
      listTopics: async () => [...this.topics.keys()],
      createTopics: async ({ topics }) => {
        for (const topic of topics) this.create(topic);
        return true;
      },
      fetchTopicMetadata: async (wanted: { topics: string[] } = { topics: [] }) => ({
        topics: wanted.topics.map((name) => ({
          name,
          partitions: Array.from({ length: this.topics.get(name)?.partitions ?? 0 }, (_, partitionId) => ({
            partitionErrorCode: 0,
            partitionId,
            leader: 1,
            replicas: [],
            isr: [],
          })),
        })),
      }),
      fetchTopicOffsets: async () => {
        if (this.refusals-- > 0) throw new Error('This server is not the leader for that topic-partition');
        return [];
      },
      describeConfigs: async ({ resources }) => ({
        throttleTime: 0,
        resources: resources.map(({ name, type }) => ({
          errorCode: 0,
          errorMessage: '',
          resourceName: name,
          resourceType: type,
          configEntries: [...(this.topics.get(name)?.settings ?? [])].map(
            ([configName, configValue]) =>
              ({ configName, configValue, configSource: ConfigSource.TOPIC_CONFIG }) as ConfigEntries,
          ),
        })),
      }),
      alterConfigs: async ({ resources }) => {
        for (const { name, configEntries } of resources) {
          const { settings } = this.topics.get(name) ?? { settings: new Map<string, string>() };
          settings.clear();
          for (const entry of configEntries) settings.set(entry.name, entry.value);
        }
      },
    };
    return cluster as UsedAdmin;
  }

  private create({ topic, numPartitions = 1, configEntries = [] }: ITopicConfig): void {
    const settings = new Map(configEntries.map(({ name, value }) => [name, value]));
    this.topics.set(topic, { partitions: numPartitions, settings });
  }
}

const CATALOGUE = {
  ticks: { name: 'tick.v1', partitions: 12, retentionMs: 1_000 },
  state: { name: 'state.v1', partitions: 6, retentionMs: 2_000, compacted: true },
};
const options = { replicationFactor: 1, prefix: 'x.' };

describe('the topics of a catalogue', () => {
  let cluster: FakeCluster;
  beforeEach(async () => {
    cluster = new FakeCluster();
  });

  it('are made with their dead letters, once', async () => {
    const made = await ensureTopics(cluster.admin, CATALOGUE, options);
    expect(made.created).toEqual(['x.tick.v1', 'x.state.v1', 'x.tick.v1.dlq', 'x.state.v1.dlq']);
    expect(cluster.topics.get('x.state.v1')).toEqual({
      partitions: 6,
      settings: new Map([
        ['retention.ms', '2000'],
        ['cleanup.policy', 'compact'],
      ]),
    });
    const again = await ensureTopics(cluster.admin, CATALOGUE, options);
    expect(again).toEqual({ created: [], altered: [], warnings: [], errors: [] });
  });

  it('can be read from when they are done, whoever made them', async () => {
    cluster.refusals = 2;
    await ensureTopics(cluster.admin, CATALOGUE, options);
    expect(cluster.refusals).toBeLessThan(0);
    cluster.refusals = 2;
    const { warnings } = await ensureTopics(cluster.admin, CATALOGUE, options);
    expect(cluster.refusals).toBeLessThan(0);
    expect(warnings).toEqual([]);
  });

  it('are only looked at when asked to', async () => {
    const report = await ensureTopics(cluster.admin, { ticks: CATALOGUE.ticks }, { ...options, mode: 'check' });
    expect(report.errors).toEqual(['x.tick.v1 is missing.', 'x.tick.v1.dlq is missing.']);
    expect(cluster.topics.size).toBe(0);
  });

  it('are in error with fewer partitions and worth a word with more', async () => {
    await ensureTopics(cluster.admin, CATALOGUE, options);
    for (const [name, partitions] of [
      ['x.tick.v1', 3],
      ['x.state.v1', 9],
    ] as const) {
      const topic = cluster.topics.get(name);
      if (topic) topic.partitions = partitions;
    }
    const { errors, warnings } = await ensureTopics(cluster.admin, CATALOGUE, options);
    expect(errors).toEqual(['x.tick.v1 has 3 partitions instead of 12: messages of some keys have nowhere to go.']);
    expect(warnings).toEqual(['x.state.v1 has 9 partitions instead of 6; the others stay empty.']);
  });

  it('get the settings of the catalogue and keep those that it does not know', async () => {
    await ensureTopics(cluster.admin, CATALOGUE, options);
    const settings = cluster.topics.get('x.tick.v1')?.settings;
    settings?.set('retention.ms', '5');
    settings?.set('segment.bytes', '7');
    const checked = await ensureTopics(cluster.admin, CATALOGUE, { ...options, mode: 'check' });
    expect(checked.warnings).toEqual(['x.tick.v1: retention.ms is 5 instead of 1000.']);
    const { altered } = await ensureTopics(cluster.admin, CATALOGUE, options);
    expect(altered).toEqual(['x.tick.v1: retention.ms is 5 instead of 1000; it is now as in the catalogue.']);
    expect(Object.fromEntries(settings ?? [])).toEqual({
      'retention.ms': '1000',
      'segment.bytes': '7',
      'cleanup.policy': 'delete',
    });
  });
});
