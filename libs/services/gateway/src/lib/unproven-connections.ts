import { PeerFault } from './peer-fault';
import type { TerminalConnection } from './terminal-connection';

/** Connections that have not said who they are yet; beyond the limit the oldest of them ends. */
export class UnprovenConnections {
  private readonly waiting = new Set<TerminalConnection>();

  constructor(private readonly limit: number) {}

  add(connection: TerminalConnection): void {
    this.waiting.add(connection);
    if (this.waiting.size <= this.limit) return;
    for (const oldest of this.waiting) {
      this.waiting.delete(oldest);
      oldest.fail(new PeerFault('UNPROVEN_TOO_MANY', `More than ${this.limit} connections have proven nothing.`));
      break;
    }
  }

  /** It has proven itself, or ended. */
  delete(connection: TerminalConnection): void {
    this.waiting.delete(connection);
  }
}
