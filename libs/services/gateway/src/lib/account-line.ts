import { terminal } from '@trading/contracts';
import { systemClock, type Clock } from '@trading/platform-config';
import type { Logger } from '@trading/platform-logging';
import { gauge } from '@trading/platform-metrics';
import { timesToBroker, timesToUtc } from './broker-time-frames';
import type { BrokerTimeWatch } from './broker-time-watch';
import type { AccountRegistration } from './gateway-config';
import type { PeerFault } from './peer-fault';
import { likelyBrokerSymbol, mapSymbols } from './symbol-map';
import type { ConnectionListener } from './terminal-connection';
import type { TerminalLine } from './terminal-line';

const missingSymbols = gauge(
  'trading_gateway_symbols_missing',
  'Symbols that the registration of an account maps and its terminal lacks.',
  ['account'],
);

export interface AccountLineParts {
  readonly account: AccountRegistration;
  readonly hello: terminal.Hello;
  readonly watch: BrokerTimeWatch;
  readonly logger: Pick<Logger, 'warn'>;
  readonly clock?: Clock;
}

type More = Parameters<TerminalLine['send']>[2];

/**
 * Speaks with a terminal in its own terms: its broker's time is UTC on our side, its symbols have our names, and its
 * sessions are in minutes of UTC's week. Nothing else is changed.
 */
export class AccountLine implements TerminalLine {
  private readonly clock: Clock;
  /** Its times are its server's; see `caps` of the handshake. */
  private readonly saysBrokerTime: boolean;
  /** Times of the broker that are simulated have nothing to do with our clock. */
  private readonly isLive: boolean;
  /** The offset at which sessions were converted. */
  private sessionsOffsetUs: number | undefined;

  constructor(
    private readonly connection: TerminalLine,
    private readonly parts: AccountLineParts,
  ) {
    this.clock = parts.clock ?? systemClock;
    this.isLive = !parts.hello.caps.includes('lockstep');
    this.saysBrokerTime = this.isLive && parts.hello.caps.includes('broker-time');
  }

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  listen(listener: ConnectionListener): void {
    this.connection.listen({
      onMessage: (message, bytes) => listener.onMessage(this.heard(message), bytes),
      onClose: (reason) => listener.onClose(reason),
    });
  }

  send(type: string, body: unknown, more?: More): void {
    this.connection.send(type, this.said(type, body), more);
  }

  async request(type: string, body: unknown, timeoutMs: number): Promise<terminal.Envelope> {
    return this.heard(await this.connection.request(type, this.said(type, body), timeoutMs));
  }

  startHeartbeat(everyMs: number): void {
    this.connection.startHeartbeat(everyMs);
  }

  pause(): void {
    this.connection.pause();
  }

  resume(): void {
    this.connection.resume();
  }

  close(reason: string): void {
    this.connection.close(reason);
  }

  fail(fault: PeerFault): void {
    this.connection.fail(fault);
  }

  private heard(message: terminal.Envelope): terminal.Envelope {
    const { time } = this.parts.watch;
    if (message.t === 'account' && this.isLive) this.measure(message.d);
    if (this.saysBrokerTime) timesToUtc(message, time, this.clock.nowUs());
    return message.t === 'symbols' ? { ...message, d: this.named(terminal.symbolsSchema.parse(message.d)) } : message;
  }

  private said(type: string, body: unknown): unknown {
    if (type === 'welcome') {
      const welcome = body as terminal.Welcome;
      const subscribe = welcome.subscribe.map(({ symbol, timeframe }) => ({
        symbol: likelyBrokerSymbol(symbol, this.parts.account),
        timeframe,
      }));
      return { ...welcome, subscribe } satisfies terminal.Welcome;
    }
    return this.saysBrokerTime ? timesToBroker(type, body, this.parts.watch.time, this.clock.nowUs()) : body;
  }

  private measure(body: unknown): void {
    const { bt } = (body ?? {}) as Partial<terminal.AccountFrame>;
    const { watch } = this.parts;
    if (bt === undefined || !Number.isSafeInteger(bt)) return;
    watch.measure(bt);
    const nowUs = this.clock.nowUs();
    if (this.sessionsOffsetUs === undefined || this.sessionsOffsetUs === watch.time.offsetUs(nowUs)) return;
    // Everybody has to learn the sessions anew: the terminal dials again, and its symbols are told again.
    this.sessionsOffsetUs = undefined;
    this.close("the broker's clock has another offset now, and its sessions move with it");
  }

  private named({ instruments }: { readonly instruments: readonly terminal.WireInstrument[] }): unknown {
    const { account, watch, logger } = this.parts;
    const mapped = mapSymbols(instruments, account);
    const { accountId, symbols = {} } = account;
    missingSymbols.set({ account: accountId }, mapped.missing.length);
    if (mapped.missing.length > 0) {
      const missing = mapped.missing.map((ours) => `${ours}: ${symbols[ours] ?? ''}`);
      logger.warn({ accountId, missing }, 'The terminal lacks symbols that its account maps.');
    }
    if (!this.isLive) return { instruments: mapped.instruments };
    const nowUs = this.clock.nowUs();
    if (instruments.some(({ sessions = [] }) => sessions.length > 0))
      this.sessionsOffsetUs = watch.time.offsetUs(nowUs);
    const inUtc = mapped.instruments.map((one) =>
      one.sessions === undefined ? one : { ...one, sessions: watch.time.sessionsInUtc(one.sessions, nowUs) },
    );
    return { instruments: inUtc };
  }
}
