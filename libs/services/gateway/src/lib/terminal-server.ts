import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@trading/platform-logging';
import type { GatewayConfig } from './gateway-config';
import { greet, HandshakeRefused } from './handshake';
import { TerminalConnection } from './terminal-connection';
import { TerminalSession, type SessionPorts } from './terminal-session';

/** The port that terminals dial. Keeps one live session per account: the newest wins. */
export class TerminalServer {
  private server: Server | undefined;
  private readonly sessions = new Map<string, TerminalSession>();
  private readonly connections = new Set<TerminalConnection>();
  private readonly logger: Logger;
  private readonly config: GatewayConfig;

  constructor(private readonly ports: SessionPorts) {
    this.logger = ports.logger;
    this.config = ports.config;
  }

  /** Listens and returns the port. Rejects with the system's error when the port is taken. */
  listen(): Promise<number> {
    const server = createServer((socket) => void this.accept(socket));
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.config.terminalPort, this.config.terminalHost, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  session(accountId: string): TerminalSession | undefined {
    const session = this.sessions.get(accountId);
    return session?.connection.isOpen === true ? session : undefined;
  }

  list(): readonly TerminalSession[] {
    return [...this.sessions.values()];
  }

  async close(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    for (const connection of this.connections) connection.close('the gateway stops');
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private async accept(socket: Socket): Promise<void> {
    const connection = new TerminalConnection(socket);
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
    try {
      const greeting = await greet(connection, this.config);
      const session = new TerminalSession(greeting, connection, Math.max(greeting.hello.epoch, 1), this.ports);
      const older = this.sessions.get(session.accountId);
      if (older?.connection.isOpen === true) {
        older.connection.send('bye', { code: 'superseded' });
        older.connection.close('superseded by a newer session');
      }
      this.sessions.set(session.accountId, session);
      connection.listen({
        onMessage: (message) => session.receive(message),
        onClose: (reason) => this.logger.warn({ accountId: session.accountId, reason }, 'The terminal is gone.'),
      });
      connection.startHeartbeat(this.config.heartbeatMs);
      await this.ports.directory.enter({
        accountId: session.accountId,
        sessionId: session.sessionId,
        gatewayId: this.config.gatewayId,
        login: greeting.hello.login,
        server: greeting.hello.server,
        journalId: greeting.hello.journalId,
        epoch: session.epoch,
        connectedUs: session.connectedUs,
      });
      await session.open();
      this.logger.info(
        { accountId: session.accountId, lockstep: session.lockstep, barrier: session.barrier },
        'A terminal is connected.',
      );
    } catch (error) {
      this.refuse(connection, error);
    }
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
