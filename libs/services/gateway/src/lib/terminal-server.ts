import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@trading/platform-logging';
import { AccountLines } from './account-lines';
import type { GatewayConfig } from './gateway-config';
import { countRefusal, countSession, showSessions } from './gateway-metrics';
import { greet, HandshakeRefused, type Greeting } from './handshake';
import { InboundBudget } from './inbound-budget';
import { SessionReplaced } from './session-directory';
import type { SessionPorts } from './session-ports';
import { SupersedeGuard } from './supersede-guard';
import { TerminalConnection } from './terminal-connection';
import type { TerminalLine } from './terminal-line';
import { TerminalSession } from './terminal-session';
import { UnprovenConnections } from './unproven-connections';
import { UsedNonces } from './used-nonces';

/** Connections at once that have not said who they are. */
const UNPROVEN_LIMIT = 64;
/** What one terminal may send: far beyond what the busiest one has to say, and less than the gateway can take. */
const INBOUND_RATES = { framesPerSecond: 20_000, bytesPerSecond: 32 * 1_048_576 };

/** The port that terminals dial. Keeps one live session per account: the newest wins. */
export class TerminalServer {
  /** Called when an account's terminal can be told something. */
  onReady: (session: TerminalSession) => void = () => undefined;
  private server: Server | undefined;
  private readonly sessions = new Map<string, TerminalSession>();
  private isClosing = false;
  private readonly connections = new Set<TerminalConnection>();
  private readonly unproven: UnprovenConnections;
  private readonly nonces = new UsedNonces();
  private readonly guard = new SupersedeGuard();
  private readonly logger: Logger;
  private readonly config: GatewayConfig;
  /** Simulated time waits for a terminal, and people need not. */
  private lost({ accountId, lockstep }: TerminalSession, reason: string): void {
    this.logger.warn({ accountId, reason }, 'The terminal is gone.');
    if (!lockstep) this.ports.alerts.gone(accountId, reason);
  }

  private readonly lines: AccountLines;

  constructor(private readonly ports: SessionPorts) {
    this.lines = new AccountLines(ports);
    this.logger = ports.logger;
    this.config = ports.config;
    this.unproven = new UnprovenConnections(this.config.unprovenLimit ?? UNPROVEN_LIMIT);
  }

  /** Listens and returns the port. Rejects with the system's error when the port is taken. */
  listen(): Promise<number> {
    const server = createServer((socket) => void this.accept(socket));
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

  /** Shows how many sessions there are, and are being compared. */
  showSessions(): void {
    const ready = this.list().filter((session) => session.isReady);
    showSessions(this.config.platform, ready.length, ready.filter((session) => session.sync.isSyncing).length);
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
    const { platform } = this.config;
    const connection = new TerminalConnection(socket, {
      budget: new InboundBudget(this.config.inboundRates ?? INBOUND_RATES, performance.now()),
      onFault: ({ code, message }) => {
        countRefusal(platform, code);
        this.logger.warn({ code, from: socket.remoteAddress, reason: message }, 'A connection of a terminal is ended.');
      },
    });
    this.connections.add(connection);
    this.unproven.add(connection);
    socket.once('close', () => {
      this.connections.delete(connection);
      this.unproven.delete(connection);
    });
    try {
      const greeted = await greet(connection, this.config, this.nonces);
      this.unproven.delete(connection);
      const { line, greeting } = await this.lines.open(connection, greeted);
      const session = await this.admit(line, greeting);
      const { accountId, lockstep, barrier } = session;
      this.logger.info({ accountId, lockstep, barrier }, 'A terminal is connected.');
      this.ports.alerts.back(session.accountId);
      this.onReady(session);
    } catch (error) {
      this.refuse(connection, error);
    }
  }

  /** Makes the newest terminal of an account its session, and ends the one before. */
  private async admit(connection: TerminalLine, greeting: Greeting): Promise<TerminalSession> {
    const session = new TerminalSession(greeting, connection, this.ports);
    const { accountId } = session;
    session.onBrokerBack = () => this.onReady(session);
    const older = this.sessions.get(accountId);
    if (older?.connection.isOpen === true) this.requireTurn(accountId);
    this.sessions.set(accountId, session);
    // A terminal says nothing between the greeting and its welcome: no message falls between the two listeners.
    connection.listen({
      onMessage: (message, bytes) => session.receive(message, bytes),
      onClose: (reason) => {
        if (!this.isClosing) this.lost(session, reason);
        this.showSessions();
        void session.finish().catch((error: unknown) => {
          this.logger.error({ accountId, error: String(error) }, 'A session did not end well.');
        });
      },
    });
    connection.startHeartbeat(this.config.heartbeatMs);
    await this.ports.stages.listen();
    await session.open(older);
    countSession(this.config.platform);
    this.showSessions();
    return session;
  }

  private requireTurn(accountId: string): void {
    if (this.guard.allows(accountId, Date.now())) return;
    this.logger.error({ accountId }, 'Two terminals of one login take turns; the one that is here stays.');
    throw new HandshakeRefused('TURNS_TOO_MANY', `Terminals of account ${accountId} replace each other too often.`);
  }

  private refuse(connection: TerminalConnection, error: unknown): void {
    // It was ended before, for a reason that was said.
    if (!connection.isOpen && (error instanceof HandshakeRefused || error instanceof SessionReplaced)) return;
    const code = error instanceof HandshakeRefused ? error.code : 'GATEWAY_ERROR';
    const message = error instanceof HandshakeRefused ? error.message : 'The gateway could not open the session.';
    countRefusal(this.config.platform, code);
    this.logger.warn(
      { code, error: error instanceof Error ? error.message : String(error) },
      'A terminal was refused.',
    );
    connection.send('reject', { code, message });
    connection.close(code);
  }
}
