import { AccountLine } from './account-line';
import { BrokerTimeWatch } from './broker-time-watch';
import type { Greeting } from './handshake';
import type { SessionPorts } from './session-ports';
import type { TerminalConnection } from './terminal-connection';
import type { TerminalLine } from './terminal-line';

/** A terminal that was let in, and the way to it that its account's registration asks for. */
export interface OpenedLine {
  readonly line: TerminalLine;
  readonly greeting: Greeting;
}

/** Puts between terminals and their sessions what the registrations of their accounts ask for. */
export class AccountLines {
  private readonly watches = new Map<string, BrokerTimeWatch>();

  constructor(private readonly ports: Pick<SessionPorts, 'logger' | 'config'>) {
    for (const account of ports.config.accounts) {
      this.watches.set(account.accountId, new BrokerTimeWatch(account, ports.logger));
    }
  }

  /** What is wrong with zones of accounts, each in a sentence. */
  get warnings(): readonly string[] {
    return [...this.watches.values()].flatMap(({ warning }) => warning ?? []);
  }

  open(connection: TerminalConnection, greeting: Greeting): OpenedLine {
    const { account, hello } = greeting;
    const { logger } = this.ports;
    const watch = this.watches.get(account.accountId) ?? new BrokerTimeWatch(account, logger);
    return { line: new AccountLine(connection, { account, hello, watch, logger }), greeting };
  }
}
