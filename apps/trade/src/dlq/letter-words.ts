import type { ListedLetter, ReplayReport, ShownLetter } from '@trading/platform-kafka';
import { table } from '../cli/table';

const time = (us: number): string => (us < 0 ? '' : new Date(us / 1_000).toISOString());

/** One line for each dead letter. */
export function lettersWords(letters: readonly ListedLetter[]): string {
  if (letters.length === 0) return 'There are no dead letters.';
  const rows = letters.map(({ topic, partition, offset, buriedUs, group, key, reason, isReplayed }) => [
    topic,
    String(partition),
    String(offset),
    time(buriedUs),
    group,
    key,
    isReplayed ? 'replayed' : '',
    reason,
  ]);
  const head = ['TOPIC', 'PARTITION', 'OFFSET', 'SINCE', 'GROUP', 'KEY', '', 'REASON'];
  const more = './trade dlq show TOPIC PARTITION OFFSET shows one, ./trade dlq replay … publishes it again.';
  return `${table([head, ...rows], [1, 2])}\n\n${more}`;
}

/** A dead letter with what it says. */
export function letterWords(letter: ShownLetter): string {
  const { topic, partition, offset, group, key, reason, original, headers, body } = letter;
  const fields = [
    ['topic', topic],
    ['dead letter', `partition ${partition}, offset ${offset}, since ${time(letter.buriedUs)}`],
    ['published as', `partition ${original.partition}, offset ${original.offset}, at ${time(letter.publishedUs)}`],
    ['key', key],
    ['group', group],
    ['reason', reason],
    ...Object.entries(headers).map(([name, value]) => [`header ${name}`, value]),
    ...(letter.isReplayed ? [['replayed', 'yes']] : []),
  ];
  const text = body.kind === 'json' ? JSON.stringify(body.json, undefined, 2) : `It cannot be shown: ${body.why}`;
  return `${table(fields)}\n\n${text}`;
}

export function replayWords(topic: string, { messages, replayed, skipped }: ReplayReport): string {
  const letters = (count: number): string => (count === 1 ? '1 dead letter' : `${count} dead letters`);
  if (replayed.length === 0 && skipped.length === 0) return `${topic} has no dead letters.`;
  const left = skipped.length === 0 ? '' : ` ${letters(skipped.length)} had been replayed before and stayed.`;
  const once = messages === replayed.length ? '' : `, as ${messages === 1 ? '1 message' : `${messages} messages`}`;
  return `${letters(replayed.length)} of ${topic} ${replayed.length === 1 ? 'was' : 'were'} published again${once}.${left}`;
}
