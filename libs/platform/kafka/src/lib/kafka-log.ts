import { logLevel, type logCreator } from 'kafkajs';

/** Where the room says what happens; a pino logger is one. */
export interface KafkaLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * kafkajs' own words at debug level: it calls every retry an error, and this room reports what matters of them itself,
 * once and with the group or topic that it concerns.
 */
export function kafkaLogCreator(log: KafkaLog): logCreator {
  return () =>
    ({ namespace, level, log: entry }) => {
      if (level > logLevel.INFO) return;
      const { message, groupId, topic, broker, error } = entry;
      log.debug({ kafkajs: namespace, groupId, topic, broker, error }, message);
    };
}
