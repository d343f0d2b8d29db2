import { CliError, UsageError } from '../cli/cli-error';
import type { Command, CommandContext } from '../cli/command';
import { lettersWords, letterWords, replayWords } from '../dlq/letter-words';
import { type DeadLetterDesk, openDeadLetters, type OpenDeadLetters } from '../dlq/open-dead-letters';

const USAGE = 'list [TOPIC] | show TOPIC PARTITION OFFSET | replay TOPIC (PARTITION OFFSET | --all)';
const LIMIT = 50;

/** The command over dead letters that `open` reaches. */
export function dlqCommandOver(open: OpenDeadLetters): Command {
  return {
    name: 'dlq',
    usage: USAGE,
    summary: 'List, show and replay messages that could not be handled',
    about: [
      'A message that a service can never handle goes to the dead letters of its topic, with the reason, and the service',
      'goes on. replay publishes it to its topic again, once for every service that reads the topic; one that was replayed',
      'before is left alone. Repair the cause first.',
    ].join('\n'),
    options: {
      kafka: { type: 'string', value: 'HOST:PORT,…', about: 'Brokers (else KAFKA_BROKERS, else those of ./trade dev)' },
      'topic-prefix': { type: 'string', value: 'TEXT', about: 'Before every topic (else KAFKA_TOPIC_PREFIX)' },
      limit: { type: 'string', value: 'N', about: `list: the newest N of each topic (default ${LIMIT})` },
      all: { type: 'boolean', about: 'replay: all dead letters of the topic' },
    },
    maxPositionals: 4,
    run: async (context) => {
      const [verb, ...rest] = context.positionals;
      const act = verb === 'list' ? list : verb === 'show' ? show : verb === 'replay' ? replay : undefined;
      if (act === undefined) throw new UsageError(`Usage: ./trade dlq ${USAGE}`);
      const wanted = act(rest, context);
      const desk = await open(context);
      const { words, json } = await wanted(desk).catch(told);
      context.console.out(context.options.flag('json') ? JSON.stringify(json) : words);
      return 0;
    },
  };
}

export const dlqCommand: Command = dlqCommandOver(openDeadLetters);

interface Answer {
  readonly words: string;
  readonly json: unknown;
}

/** Reads the words of a verb before anything is asked of Kafka. */
type Verb = (rest: readonly string[], context: CommandContext) => (desk: DeadLetterDesk) => Promise<Answer>;

const list: Verb = ([topic, surplus], { options }) => {
  if (surplus !== undefined) throw new UsageError('Usage: ./trade dlq list [TOPIC]');
  const limit = whole(options.text('limit') ?? String(LIMIT), '--limit');
  return async (desk) => {
    const letters = await desk.list({ topic, limit });
    return { words: lettersWords(letters), json: letters.map(withoutBytes) };
  };
};

const show: Verb = ([topic, partition, offset]) => {
  if (topic === undefined || partition === undefined || offset === undefined) {
    throw new UsageError('Usage: ./trade dlq show TOPIC PARTITION OFFSET');
  }
  const place = [whole(partition, 'PARTITION'), whole(offset, 'OFFSET')] as const;
  return async (desk) => {
    const letter = await desk.show(topic, ...place);
    return { words: letterWords(letter), json: withoutBytes(letter) };
  };
};

const replay: Verb = ([topic, partition, offset], { options }) => {
  const isAll = options.flag('all');
  if (topic === undefined || isAll !== (partition === undefined) || (!isAll && offset === undefined)) {
    throw new UsageError('Usage: ./trade dlq replay TOPIC (PARTITION OFFSET | --all)');
  }
  const which = isAll
    ? 'all'
    : { partition: whole(partition ?? '', 'PARTITION'), offset: whole(offset ?? '', 'OFFSET') };
  return async (desk) => {
    const report = await desk.replay(topic, which);
    const json = {
      messages: report.messages,
      replayed: report.replayed.map(withoutBytes),
      skipped: report.skipped.map(withoutBytes),
    };
    return { words: replayWords(topic, report), json };
  };
};

function whole(text: string, what: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new UsageError(`${what} is a whole number, not ${text}.`);
  return number;
}

/** The message's own bytes are for machines that know its type; `show` says what they mean. */
function withoutBytes<T extends { readonly value: Buffer | null }>({ value, ...letter }: T): Omit<T, 'value'> & object {
  return { ...letter, bytes: value?.length ?? 0 };
}

function told(error: unknown): never {
  const { code, message } = error as { code?: unknown; message?: string };
  const isWrong = code === 'UNKNOWN_TOPIC' || code === 'LETTER_NOT_FOUND';
  throw isWrong
    ? new CliError(message ?? '', 2, { cause: error })
    : new CliError(`Kafka did not answer as expected: ${message ?? String(error)}`, 1, { cause: error });
}
