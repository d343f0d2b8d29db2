import { createHash } from 'node:crypto';
import { terminal } from '@trading/contracts';
import { z } from 'zod';

const us = z.number().int();

/** The last quotes of symbols that came since the record before: symbol of our broker, bid, ask. */
const quotes = z.array(z.tuple([z.string(), z.number(), z.number()]));

/**
 * What our broker was told, in the order in which it was: commands, the quotes at which something happened, and what the
 * quotes between them left. Everything else follows from these; the same records give the same tickets.
 */
export const paperRecordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('submit'), at: us, quotes, order: terminal.orderSubmitSchema }),
  z.object({ kind: z.literal('modify'), at: us, quotes, change: terminal.orderModifySchema }),
  z.object({ kind: z.literal('cancel'), at: us, quotes, cancel: terminal.orderCancelSchema }),
  z.object({ kind: z.literal('tick'), at: us, quotes, symbol: z.string(), bid: z.number(), ask: z.number() }),
  z.object({ kind: z.literal('time'), at: us, quotes }),
  z.object({ kind: z.literal('tombstone'), coid: z.string() }),
  z.object({ kind: z.literal('fence'), epoch: z.number().int() }),
]);
export type PaperRecord = z.infer<typeof paperRecordSchema>;
export type Quoted = z.infer<typeof quotes>;

/** Digest of what a command asks for: who may send it and until when are not part of that. */
export function contentHash(command: { readonly epoch: number; readonly notAfter?: number }): string {
  const { epoch: _epoch, notAfter: _notAfter, ...content } = command;
  const text = JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(text).digest('hex');
}
