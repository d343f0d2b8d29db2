import type { ConnectionTarget } from '../connection-url';
import { databaseError } from '../database-errors';
import { onOneConnection } from '../one-connection';

/** What became of a partition: `kept` is past its time and still needed. */
export interface PartitionChange {
  readonly change: 'made' | 'dropped' | 'kept';
  readonly partition: string;
}

export interface PartitionKeeperOptions {
  readonly schema: string;
  readonly onPartitions?: ((changes: readonly PartitionChange[]) => void) | undefined;
  readonly onPartitionsFailed?: ((error: Error) => void) | undefined;
}

const DAY_MS = 86_400_000;
const AFTER_FAILURE_MS = 600_000;

/**
 * Makes partitions of a schema's tables ahead and drops those that are past their time. Several programs may do so at
 * once. A schema without partitioned tables is left alone.
 */
export function maintainPartitions(target: ConnectionTarget, schema: string): Promise<readonly PartitionChange[]> {
  return onOneConnection(target, `${schema} partitions`, async (client) => {
    const name = `"${schema}".maintain_partitions()`;
    const found = await client.query<{ found: string | null }>('SELECT to_regprocedure($1) AS found', [name]);
    if (found.rows[0]?.found == null) return [];
    return (await client.query<PartitionChange>(`SELECT change, partition FROM ${name}`)).rows;
  });
}

/**
 * Says how long rows of a schema's partitioned tables are kept, in days, at least 30; a schema without such tables is
 * left alone. Needs the owner's connection.
 */
export function keepPartitionsFor(target: ConnectionTarget, schema: string, days: number): Promise<void> {
  return onOneConnection(target, `${schema} partitions`, async (client) => {
    const name = `"${schema}".partitioned`;
    const found = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [name]);
    if (found.rows[0]?.found != null) await client.query(`UPDATE ${name} SET keep_days = $1`, [days]);
  });
}

/** Does so at the start, then daily; after a failure again in ten minutes. Partitions are ahead by months. */
export class PartitionKeeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly target: ConnectionTarget,
    private readonly options: PartitionKeeperOptions,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    let nextMs = DAY_MS;
    try {
      const changes = await maintainPartitions(this.target, this.options.schema);
      if (changes.length > 0) this.options.onPartitions?.(changes);
    } catch (error) {
      nextMs = AFTER_FAILURE_MS;
      const { schema, onPartitionsFailed } = this.options;
      onPartitionsFailed?.(databaseError(error, `The partitions of ${schema}`, this.target.password));
    }
    if (!this.stopped) this.timer = setTimeout(() => this.start(), nextMs).unref();
  }
}
