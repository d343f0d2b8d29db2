import { gateway, type common } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { withCorrelation } from '@trading/platform-tracing';
import type { CommandSender } from './command-sender';
import { cancelOf, closeOf } from './flatten-commands';
import type { FlattenOrder, FlattenRequests } from './flatten-requests';
import type { HaltFlags } from './halt-flags';
import type { TerminalReader } from './terminal-reader';
import type { TerminalServer } from './terminal-server';
import type { TerminalSession } from './terminal-session';

/** How long a close of the gateway's own flatten may be carried out, in event time. */
const FLATTEN_LIFETIME_US = 7 * 86_400_000_000;
/** When a flatten whose outcome is not known is tried again: the same commands, which a terminal carries out once. */
const RETRY_MS = 5_000;

interface Failure {
  readonly sentence: string;
  /** Whether the terminal may not have heard of it. */
  readonly isUnknown: boolean;
}

/**
 * Cancels and closes what a terminal's own snapshot shows, with the last epoch that is known, whoever else is away. A
 * flatten that finds no terminal is kept until it comes back.
 */
export class Flattener {
  private readonly retries = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly server: Pick<TerminalServer, 'session'>,
    private readonly sender: CommandSender,
    private readonly reader: TerminalReader,
    private readonly halts: HaltFlags,
    private readonly requests: FlattenRequests,
    private readonly logger: Logger,
  ) {}

  /**
   * Halts the account, and flattens it now or when its terminal comes back. Returns the ids of the closes.
   * @throws RpcError FLATTEN_PENDING, FLATTEN_INCOMPLETE, TERMINAL_NO_ANSWER, HALT_NOT_DURABLE
   */
  async flatten(order: FlattenOrder): Promise<string[]> {
    const isKept = await this.keep(order);
    const session = this.server.session(order.accountId);
    if (session?.isBrokerConnected !== true) {
      if (!isKept) throw notDurable(order.accountId);
      const sentence = `Account ${order.accountId} is halted; it is flattened when its terminal reaches the broker.`;
      throw new RpcError('UNAVAILABLE', 'FLATTEN_PENDING', sentence);
    }
    const coids = await this.carryOut(session, order);
    if (!isKept) throw notDurable(order.accountId);
    return coids;
  }

  /** A terminal has come back, or a retry is due: what waits for it is carried out. */
  async carryOutPending(session: TerminalSession): Promise<void> {
    const { accountId } = session;
    try {
      for (const order of await this.requests.pending(accountId)) {
        if (!session.isReady || !session.isBrokerConnected) return;
        const coids = await this.carryOut(session, order);
        this.logger.warn(
          { accountId, requestId: order.requestId, coids },
          'A flatten that was waiting is carried out.',
        );
      }
    } catch (error) {
      this.logger.error({ accountId, error: String(error) }, 'A flatten that was waiting could not be carried out.');
    }
  }

  /** The account may trade again. */
  async forget(accountId: string): Promise<void> {
    this.cancelRetry(accountId);
    await this.requests.clear(accountId);
  }

  close(): void {
    for (const accountId of [...this.retries.keys()]) this.cancelRetry(accountId);
  }

  /** Whether the halt and the request are durable: without a database the positions are closed all the same. */
  private async keep(order: FlattenOrder): Promise<boolean> {
    try {
      await this.halts.set(order.accountId, order.reason);
      await this.requests.add(order, systemClock.nowUs());
      return true;
    } catch (error) {
      this.logger.error({ accountId: order.accountId, error: String(error) }, 'A flatten could not be written down.');
      return false;
    }
  }

  private async carryOut(session: TerminalSession, order: FlattenOrder): Promise<string[]> {
    const snapshot = await this.reader.snapshot(session).catch((error: unknown) => {
      this.retryLater(session);
      throw error;
    });
    const coids: string[] = [];
    const failed: Failure[] = [];
    for (const working of snapshot.orders) {
      const sent = await this.sender.cancel(session, cancelOf(working, order, this.sender.epochOf(session)), 'flatten');
      failed.push(...this.failureOf(sent, `order ${working.ticket}`, working.coid, order));
    }
    for (const position of snapshot.positions) {
      const close = closeOf(position, order);
      failed.push(...this.failureOf(await this.send(session, close), nameOf(position), close.coid, order));
      coids.push(close.coid);
    }
    session.releaseBarriers();
    if (failed.some(({ isUnknown }) => isUnknown)) this.retryLater(session);
    else await this.requests.remove(order).catch(() => this.retryLater(session));
    if (failed.length === 0) return coids;
    const sentences = failed.map(({ sentence }) => sentence).join(' ');
    throw new RpcError('UNAVAILABLE', 'FLATTEN_INCOMPLETE', `Not everything is being closed. ${sentences}`);
  }

  private send(session: TerminalSession, close: common.OrderRequest): Promise<gateway.SubmitOrderResponse> {
    const { accountId, coid, symbol } = close;
    const fillings = session.instrument(symbol)?.fillingModes ?? [];
    return withCorrelation({ accountId, coid }, () =>
      this.sender.send(session, close, this.sender.epochOf(session), session.timeUs + FLATTEN_LIFETIME_US, fillings),
    );
  }

  private failureOf(
    { status, code, message }: gateway.SubmitOrderResponse,
    what: string,
    coid: string,
    { accountId }: FlattenOrder,
  ): Failure[] {
    if (status === gateway.SubmitStatus.JOURNALLED) return [];
    this.logger.error({ accountId, coid, code }, 'A command of the flatten was not taken.');
    return [{ sentence: `${what}: ${code}, ${message}`, isUnknown: status === gateway.SubmitStatus.UNKNOWN }];
  }

  private retryLater(session: TerminalSession): void {
    const { accountId } = session;
    this.cancelRetry(accountId);
    const retry = (): void => {
      this.retries.delete(accountId);
      if (session.isReady) void this.carryOutPending(session);
    };
    this.retries.set(accountId, setTimeout(retry, RETRY_MS).unref());
  }

  private cancelRetry(accountId: string): void {
    clearTimeout(this.retries.get(accountId));
    this.retries.delete(accountId);
  }
}

const nameOf = ({ volumeLots, symbol }: gateway.PositionSnapshot): string => `${volumeLots} ${symbol}`;

const notDurable = (accountId: string): RpcError =>
  new RpcError(
    'UNAVAILABLE',
    'HALT_NOT_DURABLE',
    `The halt of account ${accountId} holds until this gateway ends: its database is away.`,
  );
