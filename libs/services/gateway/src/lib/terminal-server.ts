import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@trading/platform-logging';
import { AccountLines } from './account-lines';
import type { GatewayConfig } from './gateway-config';
import { showSessions } from './gateway-metrics';
import { greet, HandshakeRefused, type Greeting } from './handshake';
import type { SessionPorts } from './session-ports';
import { TerminalConnection } from './terminal-connection';
import type { TerminalLine } from './terminal-line';
import { TerminalSession } from './terminal-session';

/** Connections at once: of each account a new one beside an old one, and some that have not said who they are. */
const connectionLimit = (accounts: number): number => 2 * accounts + 32;

/** The port that terminals dial. Keeps one live session per account: the newest wins. */
export class TerminalServer {
  private server: Server | undefined;
  private readonly sessions = new Map<string, TerminalSession>();
  private isClosing = false;
  private readonly connections = new Set<TerminalConnection>();
  private readonly logger: Logger;
  private readonly config: GatewayConfig;
  private readonly lines: AccountLines;

  constructor(private readonly ports: SessionPorts) {
    this.lines = new AccountLines(ports);
    this.logger = ports.logger;
    this.config = ports.config;
  }

  /** Listens and returns the port. Rejects with the system's error when the port is taken. */
  listen(): Promise<number> {
    const server = createServer((socket) => void this.accept(socket));
    server.maxConnections = connectionLimit(this.config.accounts.length);
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.config.terminalPort, this.config.terminalHost, () => {
        server.off('error', reject);
        server.on('error', (error) => this.logger.error({ error }, 'A terminal could not connect.'));
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  /** The session of an account whose terminal can be told something. */
  session(accountId: string): TerminalSession | undefined {
    const session = this.sessions.get(accountId);
    return session?.isReady === true ? session : undefined;
  }

  /** Has the session of an account begin again, if there is one. */
  beginAgain(accountId: string, reason: string): void {
    this.sessions.get(accountId)?.beginAgain(reason);
  }

  /** What terminals show to be wrong with the configuration, each in a sentence. */
  get warnings(): readonly string[] {
    return this.lines.warnings;
  }

  list(): readonly TerminalSession[] {
    return [...this.sessions.values()];
  }

  async close(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.isClosing = true;
    for (const connection of this.connections) connection.close('the gateway stops');
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await Promise.all(this.list().map((session) => session.finish()));
  }

  private async accept(socket: Socket): Promise<void> {
    const connection = new TerminalConnection(socket);
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
    try {
      const { line, greeting } = await this.lines.open(connection, await greet(connection, this.config));
      const session = await this.admit(line, greeting);
      const { accountId, lockstep, barrier } = session;
      this.logger.info({ accountId, lockstep, barrier }, 'A terminal is connected.');
    } catch (error) {
      this.refuse(connection, error);
    }
  }

  /** Makes the newest terminal of an account its session, and ends the one before. */
  private async admit(connection: TerminalLine, greeting: Greeting): Promise<TerminalSession> {
    const session = new TerminalSession(greeting, connection, Math.max(greeting.hello.epoch, 1), this.ports);
    const { accountId } = session;
    const older = this.sessions.get(accountId);
    this.sessions.set(accountId, session);
    // A terminal says nothing between the greeting and its welcome: no message falls between the two listeners.
    connection.listen({
      onMessage: (message) => session.receive(message),
      onClose: (reason) => {
        if (!this.isClosing) this.logger.warn({ accountId, reason }, 'The terminal is gone.');
        this.countSessions();
      },
    });
    connection.startHeartbeat(this.config.heartbeatMs);
    await this.ports.stages.listen();
    await session.open(older);
    this.countSessions();
    return session;
  }

  private countSessions(): void {
    showSessions(this.config.platform, this.list().filter((session) => session.isReady).length);
  }

  private refuse(connection: TerminalConnection, error: unknown): void {
    const code = error instanceof HandshakeRefused ? error.code : 'GATEWAY_ERROR';
    const message = error instanceof HandshakeRefused ? error.message : 'The gateway could not open the session.';
    this.logger.warn(
      { code, error: error instanceof Error ? error.message : String(error) },
      'A terminal was refused.',
    );
    connection.send('reject', { code, message });
    connection.close(code);
  }
}
