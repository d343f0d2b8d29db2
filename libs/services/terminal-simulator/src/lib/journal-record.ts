import { terminal } from '@trading/contracts';
import { z } from 'zod';

const barrier = z.number().int().min(0);

/** Lines of the journal. `n` is the barrier after which a command takes effect, whenever it is played again. */
export const journalRecordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('header'), version: z.literal(1), journalId: z.string(), fingerprint: z.string() }),
  z.object({
    kind: z.literal('subscribe'),
    n: barrier,
    bars: z.array(z.object({ symbol: z.string(), timeframe: z.string() })),
  }),
  z.object({ kind: z.literal('submit'), n: barrier, hash: z.string(), order: terminal.orderSubmitSchema }),
  z.object({ kind: z.literal('modify'), n: barrier, hash: z.string(), change: terminal.orderModifySchema }),
  z.object({ kind: z.literal('cancel'), n: barrier, hash: z.string(), cancel: terminal.orderCancelSchema }),
  z.object({ kind: z.literal('tombstone'), coid: z.string() }),
  z.object({ kind: z.literal('fence'), epoch: z.number().int() }),
  /** Attempt `number` (the first is the command's own record) of the command that is the `command`-th of the journal. */
  z.object({ kind: z.literal('attempt'), command: z.number().int(), number: z.number().int() }),
  /** Somebody may have heard what the broker did up to here, so that it cannot go another way any more. */
  z.object({ kind: z.literal('reached'), n: barrier }),
  /** The terminal lost its journal here. What stands before it is the broker's memory alone. */
  z.object({ kind: z.literal('lost'), n: barrier, journalId: z.string() }),
]);

export type JournalRecord = z.infer<typeof journalRecordSchema>;
export type SubmitRecord = Extract<JournalRecord, { kind: 'submit' }>;
export type ModifyRecord = Extract<JournalRecord, { kind: 'modify' }>;
export type CancelRecord = Extract<JournalRecord, { kind: 'cancel' }>;
export type SubscribeRecord = Extract<JournalRecord, { kind: 'subscribe' }>;
export type CommandRecord = SubmitRecord | ModifyRecord | CancelRecord;

/** A command with its place among all commands of the journal, from 1: what a fault plan names it by. */
export interface PlayedCommand {
  readonly kind: 'command';
  readonly ordinal: number;
  readonly record: CommandRecord;
}

/** What changes what is played. */
export type PlayedRecord = PlayedCommand | SubscribeRecord | Extract<JournalRecord, { kind: 'lost' }>;
