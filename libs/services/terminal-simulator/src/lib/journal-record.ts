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
  z.object({ kind: z.literal('tombstone'), coid: z.string() }),
  z.object({ kind: z.literal('fence'), epoch: z.number().int() }),
]);

export type JournalRecord = z.infer<typeof journalRecordSchema>;
export type SubmitRecord = Extract<JournalRecord, { kind: 'submit' }>;
export type SubscribeRecord = Extract<JournalRecord, { kind: 'subscribe' }>;
/** A record that changes what is played. */
export type PlayedRecord = SubmitRecord | SubscribeRecord;
