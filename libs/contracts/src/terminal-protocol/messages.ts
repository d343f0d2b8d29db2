import { z } from 'zod';
import { us } from './fields';

export * from './command-messages';
export * from './handshake-messages';
export * from './report-messages';

/*
 * Messages of the terminal protocol, version 1. Prices and volumes are decimal strings with the symbol's digits,
 * tickets and magics strings, times integer UTC microseconds. Schemas are what the reader of a message checks; the
 * writer uses the types.
 */

/** The envelope around every message: version, type, id of a request, id it answers, reliable sequence, acknowledged sequence, wall-clock time. */
export const envelopeSchema = z.object({
  v: z.literal(1),
  t: z.string(),
  id: z.string().optional(),
  re: z.string().optional(),
  seq: us.optional(),
  ack: us.optional(),
  ts: us,
  d: z.unknown(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** Wraps a message for the wire; `ts` is wall-clock time in UTC microseconds. */
export function envelope(
  t: string,
  d: unknown,
  ts: number,
  more: { id?: string; re?: string; seq?: number; ack?: number } = {},
): Envelope {
  return { v: 1, t, ts, d, ...more };
}
