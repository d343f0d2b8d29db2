import { type Admin, ConfigResourceTypes, ConfigSource, type ITopicConfig, type ITopicMetadata } from 'kafkajs';
import { type Catalogue, type CatalogueTopic, topicsByName } from './catalogue';

export interface EnsureTopicsOptions {
  /** Copies of each partition, of new topics. */
  readonly replicationFactor: number;
  readonly prefix?: string | undefined;
  /** `create` (default) makes what is missing and alters what differs; `check` only says so. */
  readonly mode?: 'create' | 'check' | undefined;
}

/** What was found and done, in words. */
export interface TopicsReport {
  readonly created: readonly string[];
  readonly altered: readonly string[];
  /** The system runs all the same. */
  readonly warnings: readonly string[];
  /** The system must not run like this. */
  readonly errors: readonly string[];
}

const LEADERS_MS = 30_000;

type Settings = Readonly<Record<'retention.ms' | 'cleanup.policy', string>>;

type TopicsAdmin = Pick<
  Admin,
  'listTopics' | 'createTopics' | 'fetchTopicMetadata' | 'fetchTopicOffsets' | 'describeConfigs' | 'alterConfigs'
>;

/** Brings the topics of a catalogue and their dead letters about, and says how those that are there differ from it. */
export async function ensureTopics(
  admin: TopicsAdmin,
  catalogue: Catalogue,
  { replicationFactor, prefix = '', mode = 'create' }: EnsureTopicsOptions,
): Promise<TopicsReport> {
  const wanted = new Map([...topicsByName(catalogue).values()].map((topic) => [`${prefix}${topic.name}`, topic]));
  const present = new Set(await admin.listTopics());
  const missing = [...wanted].filter(([name]) => !present.has(name));
  const there = [...wanted].filter(([name]) => present.has(name));
  const report = { created: [] as string[], altered: [] as string[], warnings: [] as string[], errors: [] as string[] };
  if (missing.length > 0 && mode === 'create') {
    // Another process may make them at the same time: what exists already is no failure.
    await admin.createTopics({
      // Its own waiting fails when a broker has not heard of a new topic yet.
      waitForLeaders: false,
      timeout: 30_000,
      topics: missing.map(([name, topic]) => newTopic(name, topic, replicationFactor)),
    });
    report.created.push(...missing.map(([name]) => name));
    await leadersOf(admin, report.created);
  } else {
    report.errors.push(...missing.map(([name]) => `${name} is missing.`));
  }
  if (there.length === 0) return report;
  // They may be so new that who makes them waits for their leaders, too.
  await leadersOf(
    admin,
    there.map(([name]) => name),
  ).catch((error: unknown) => report.warnings.push(error instanceof Error ? error.message : String(error)));
  const { topics } = await admin.fetchTopicMetadata({ topics: there.map(([name]) => name) });
  checkPartitions(topics, wanted, report);
  const settings = await settingsOf(
    admin,
    there.map(([name]) => name),
  );
  for (const [name, topic] of there) {
    const differing = differences(settingsFor(topic), settings.get(name));
    if (differing.length === 0) continue;
    const words = `${name}: ${differing.map(({ words: one }) => one).join(', ')}`;
    if (mode === 'check') {
      report.warnings.push(`${words}.`);
      continue;
    }
    const resources = [
      {
        type: ConfigResourceTypes.TOPIC,
        name,
        configEntries: Object.entries({ ...settings.get(name)?.own, ...settingsFor(topic) }).map(([key, value]) => ({
          name: key,
          value,
        })),
      },
    ];
    await admin.alterConfigs({ validateOnly: false, resources });
    report.altered.push(`${words}; it is now as in the catalogue.`);
  }
  return report;
}

/** Resolves when every partition can be written to and read from. */
async function leadersOf(
  admin: Pick<Admin, 'fetchTopicMetadata' | 'fetchTopicOffsets'>,
  names: string[],
): Promise<void> {
  const deadlineMs = Date.now() + LEADERS_MS;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      const partitions = topics.flatMap((topic) => topic.partitions);
      if (topics.length === names.length && partitions.every(({ leader }) => leader >= 0)) {
        // A broker is named as a leader before it knows of that itself.
        await Promise.all(names.map((name) => admin.fetchTopicOffsets(name)));
        return;
      }
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
    }
    if (Date.now() > deadlineMs) throw new Error(`Topics have no leaders after ${LEADERS_MS} ms: ${names.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function newTopic(name: string, topic: CatalogueTopic, replicationFactor: number): ITopicConfig {
  const configEntries = Object.entries(settingsFor(topic)).map(([key, value]) => ({ name: key, value }));
  return { topic: name, numPartitions: topic.partitions, replicationFactor, configEntries };
}

const settingsFor = ({ retentionMs, compacted = false }: CatalogueTopic): Settings => ({
  'retention.ms': String(retentionMs),
  'cleanup.policy': compacted ? 'compact' : 'delete',
});

function checkPartitions(
  topics: readonly ITopicMetadata[],
  wanted: ReadonlyMap<string, CatalogueTopic>,
  report: { readonly warnings: string[]; readonly errors: string[] },
): void {
  for (const { name, partitions } of topics) {
    const want = wanted.get(name)?.partitions ?? partitions.length;
    if (partitions.length === want) continue;
    const words = `${name} has ${partitions.length} partitions instead of ${want}`;
    if (partitions.length < want) report.errors.push(`${words}: messages of some keys have nowhere to go.`);
    else report.warnings.push(`${words}; the others stay empty.`);
  }
}

interface Present {
  readonly effective: ReadonlyMap<string, string>;
  /** Set on the topic itself. */
  readonly own: Readonly<Record<string, string>>;
}

/** Where a setting comes from, in the protocol's numbers. */
const SET_ON_TOPIC = ConfigSource.TOPIC_CONFIG;

async function settingsOf(
  admin: Pick<Admin, 'describeConfigs'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, Present>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => {
      const own = configEntries.filter(({ configSource }) => configSource === SET_ON_TOPIC);
      return [
        resourceName,
        {
          effective: new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
          own: Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue])),
        },
      ];
    }),
  );
}

function differences(wanted: Settings, present: Present | undefined): { readonly words: string }[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const is = present?.effective.get(name);
    return is === value ? [] : [{ words: `${name} is ${is ?? 'not set'} instead of ${value}` }];
  });
}
