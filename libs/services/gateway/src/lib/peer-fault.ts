import { terminal } from '@trading/contracts';

/** Why a connection is ended for what its peer sent, or did not read. */
export type PeerFaultCode =
  | 'FRAME_INVALID'
  | 'MESSAGE_INVALID'
  | 'MESSAGE_UNEXPECTED'
  | 'UNPROVEN_TOO_LONG'
  | 'UNPROVEN_TOO_MANY'
  | 'FLOOD'
  | 'SLOW_READER';

/** A peer that does not keep to the protocol; only its own connection ends. */
export class PeerFault extends Error {
  constructor(
    readonly code: PeerFaultCode,
    message: string,
  ) {
    super(message);
  }
}

/** The fault behind an error that a message of a peer caused; undefined: it was not the peer's. */
export function faultOf(error: unknown): PeerFault | undefined {
  if (error instanceof PeerFault) return error;
  if (error instanceof terminal.FrameError) return new PeerFault('FRAME_INVALID', error.message);
  return undefined;
}

interface Schema<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

/** The body of a message in its form. Throws {@link PeerFault}, which never repeats what the peer sent. */
export function bodyOf<T>(schema: Schema<T>, { t, d }: terminal.Envelope): T {
  const parsed = schema.safeParse(d);
  if (parsed.success) return parsed.data;
  throw new PeerFault('MESSAGE_INVALID', `A ${shown(t)} does not have the form of the protocol.`);
}

/** A word of a peer, for a log line. */
export const shown = (word: string): string => JSON.stringify(word.slice(0, 32));
