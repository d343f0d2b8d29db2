import type { Greeting } from './handshake';
import type { TerminalConnection } from './terminal-connection';

/**
 * What a session needs of the way to its terminal. A {@link TerminalConnection} is one; others stand before it and
 * translate what goes over it, or answer in the terminal's place.
 */
export type TerminalLine = Pick<
  TerminalConnection,
  'isOpen' | 'listen' | 'send' | 'request' | 'startHeartbeat' | 'pause' | 'resume' | 'close' | 'fail'
>;

/** A terminal that was let in, and the way to it that its account's registration asks for. */
export interface OpenedLine {
  readonly line: TerminalLine;
  readonly greeting: Greeting;
}
