import { setTimeout as pause } from 'node:timers/promises';
import { ensureTopics, kafkaClient, type Catalogue, type KafkaConnection } from '@trading/platform-kafka';
import type { Logger } from '@trading/platform-logging';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;
/** Brokers that have just come refuse for a moment; those that go on refusing may do so for good. */
const REFUSALS = 5;

export interface MakeTopicsOptions {
  readonly connection: KafkaConnection;
  /** Of new topics. */
  readonly replicationFactor: number;
  readonly topics: Catalogue;
  /** Ends the trying. */
  readonly stop: AbortSignal;
  readonly logger: Logger;
  /** Told why the topics are not as the catalogue has them; undefined when they are. */
  readonly tell: (problem: string | undefined) => void;
}

/**
 * Makes and checks the topics of the catalogue, trying in the background until that is done. Resolves when Kafka has
 * been there for a while, also where it lets nobody check: what consumes is then not held up any longer.
 */
export function makeTopics(options: MakeTopicsOptions): Promise<void> {
  return new Promise((been) => {
    void tryUntilDone(options, been).finally(been);
  });
}

async function tryUntilDone(options: MakeTopicsOptions, been: () => void): Promise<void> {
  const { connection, replicationFactor, topics, stop, logger, tell } = options;
  let refusals = 0;
  for (let pauseMs = FIRST_PAUSE_MS; !stop.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const admin = kafkaClient(connection).admin();
    try {
      await admin.connect();
      if (++refusals > REFUSALS) been();
      const prefix = connection.topicPrefix;
      const report = await ensureTopics(admin, topics, { replicationFactor, prefix });
      for (const words of report.warnings) logger.warn({ topic: words }, 'A topic differs from the catalogue.');
      for (const words of report.errors) logger.error({ topic: words }, 'A topic is not as the catalogue has it.');
      if (report.created.length > 0) logger.info({ topics: report.created.length }, 'Topics were made.');
      tell(report.errors.length === 0 ? undefined : report.errors.join(' '));
      return;
    } catch (error) {
      tell(`topics cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await pause(pauseMs, undefined, { signal: stop, ref: false }).catch(() => undefined);
  }
}
