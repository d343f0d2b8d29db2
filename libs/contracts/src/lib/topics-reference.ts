import * as decision from '../gen/trading/decision/v1/decision';
import * as execution from '../gen/trading/execution/v1/execution';
import * as gateway from '../gen/trading/gateway/v1/gateway';
import * as market from '../gen/trading/market/v1/market';
import * as prediction from '../gen/trading/prediction/v1/prediction';
import * as risk from '../gen/trading/risk/v1/risk';
import { TOPICS } from './topics';

/** A topic as a reader of the documentation wants to see it. */
export interface TopicRow {
  readonly name: string;
  /** Full name of its message. */
  readonly message: string;
  readonly keyedBy: string;
  readonly partitions: number;
  readonly retentionDays: number;
  readonly owner: string;
}

const PACKAGES = [market, gateway, prediction, decision, execution, risk] as const;
const DAY_MS = 86_400_000;

/** Rows of the topic catalogue, in its order. */
export function topicRows(): TopicRow[] {
  return Object.values(TOPICS).map(({ name, codec, keyedBy, partitions, retentionMs, owner }) => {
    const retentionDays = retentionMs / DAY_MS;
    return { name, message: fullNameOf(codec), keyedBy, partitions, retentionDays, owner };
  });
}

/** `docs/reference/topics.md`. */
export function topicsReference(): string {
  const rows = topicRows().map(({ name, message, keyedBy, partitions, retentionDays, owner }) => [
    `\`${name}\``,
    `\`${message}\``,
    owner,
    keyedBy,
    String(partitions),
    `${retentionDays} d`,
  ]);
  return `# Topics

Generated from \`libs/contracts/src/lib/topics.ts\` by \`node tools/workspace/reference.mjs topics\`.

Messages of one key stay in order. Only the owner publishes. What cannot be read goes to \`<topic>.dlq\` with the reason.

${table(['topic', 'message', 'owner', 'keyed by', 'partitions', 'kept'], rows)}
`;
}

/** A Markdown table with aligned columns, as the formatter leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function fullNameOf(codec: unknown): string {
  for (const contents of PACKAGES) {
    const message = Object.entries(contents).find(([, each]) => each === codec)?.[0];
    if (message !== undefined) return `${contents.protobufPackage}.${message}`;
  }
  throw new Error('A topic carries a message that no package has.');
}
