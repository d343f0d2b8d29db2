/**
 * Kafka as the event bus: publishing and consuming, the topics of a catalogue, dead letters. It may use other rooms of
 * platform and knows nothing of what the topics carry. Start with `kafka-bus`; `group-consumer` and `topic-outbox` do
 * the work.
 */
export { KafkaBus, type BusState, type KafkaBusOptions } from './lib/kafka-bus';
export { kafkaClient, type KafkaConnection, type SaslAccount, type TlsFiles } from './lib/connection';
export type { KafkaLog } from './lib/kafka-log';
export type { ConsumeFailure, ConsumerTuning } from './lib/consumer-options';
export { deadLetterTopic, type Catalogue, type CatalogueTopic } from './lib/catalogue';
export { ensureTopics, type EnsureTopicsOptions, type TopicsReport } from './lib/ensure-topics';
export { partitionOf } from './lib/partition-of';
export {
  DeadLetters,
  type ListedLetter,
  type ReadableCatalogue,
  type ReadableTopic,
  type ReplayReport,
  type ShownLetter,
} from './lib/dead-letters';
export { REPLAYED_FROM, type DeadLetter, type Place } from './lib/dead-letter';
export { LetterNotFound, MessageRefused, UnknownTopic } from './lib/errors';
