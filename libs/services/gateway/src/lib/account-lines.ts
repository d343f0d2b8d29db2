import { AccountLine } from './account-line';
import { BrokerTimeWatch } from './broker-time-watch';
import type { Greeting } from './handshake';
import { openPaper } from './paper-opening';
import type { SessionPorts } from './session-ports';
import type { TerminalConnection } from './terminal-connection';
import type { OpenedLine } from './terminal-line';

/** Puts between terminals and their sessions what the registrations of their accounts ask for. */
export class AccountLines {
  private readonly watches = new Map<string, BrokerTimeWatch>();

  constructor(private readonly ports: Pick<SessionPorts, 'logger' | 'config' | 'paper'>) {
    for (const account of ports.config.accounts) {
      this.watches.set(account.accountId, new BrokerTimeWatch(account, ports.logger));
    }
  }

  /** What is wrong with zones of accounts, each in a sentence. */
  get warnings(): readonly string[] {
    return [...this.watches.values()].flatMap(({ warning }) => warning ?? []);
  }

  /** Throws {@link HandshakeRefused}. */
  async open(connection: TerminalConnection, greeting: Greeting): Promise<OpenedLine> {
    const { account, hello } = greeting;
    const { logger } = this.ports;
    const watch = this.watches.get(account.accountId) ?? new BrokerTimeWatch(account, logger);
    const line = new AccountLine(connection, { account, hello, watch, logger });
    if (account.paper === undefined) return { line, greeting };
    return openPaper(this.ports.paper, line, greeting, account.paper, watch.time, logger);
  }
}
