import { terminal, type gateway } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { askTerminal } from './ask-terminal';
import { ackForm } from './command-sender';
import type { Fences } from './fences';
import { countFence } from './gateway-metrics';
import type { TerminalServer } from './terminal-server';
import type { TerminalSession } from './terminal-session';

/** Raises fences here and in the journals of terminals. */
export class Fencing {
  constructor(
    private readonly fences: Fences,
    private readonly server: Pick<TerminalServer, 'session'>,
    private readonly config: { readonly platform: string; readonly commandTimeoutMs: number },
    private readonly logger: Logger,
  ) {}

  /** @throws RpcError EPOCH_STALE for an epoch below the highest: whoever holds it was replaced */
  async fence({ accountId, epoch }: gateway.FenceRequest): Promise<gateway.FenceResponse> {
    if (!Number.isSafeInteger(epoch) || epoch < 1) {
      throw new RpcError('INVALID_ARGUMENT', 'EPOCH_INVALID', 'An epoch is a whole number above 0.');
    }
    const highest = await this.fences.raise(accountId, epoch);
    if (highest > epoch) throw stale(epoch, highest);
    const session = this.server.session(accountId);
    const journalled = session !== undefined && (await this.tell(session, epoch));
    countFence(this.config.platform, journalled ? 'journalled' : 'pending');
    this.logger.info({ accountId, epoch, journalled }, 'A fence was raised.');
    return { journalled, epoch: session?.epoch ?? 0 };
  }

  /** A session is ready: a fence that was raised while it began is told to its terminal. */
  async catchUp(session: TerminalSession): Promise<void> {
    const epoch = this.fences.of(session.accountId);
    if (epoch > session.epoch) await this.tell(session, epoch);
  }

  /** Whether the terminal's journal holds the epoch now. */
  private async tell(session: TerminalSession, epoch: number): Promise<boolean> {
    if (session.epoch > epoch) throw stale(epoch, session.epoch);
    try {
      const body = { epoch };
      const form = ackForm(String(epoch));
      const ack: terminal.CmdAck = await askTerminal(
        session.connection,
        'fence',
        body,
        form,
        this.config.commandTimeoutMs,
      );
      if (ack.status !== 'JOURNALLED') return false;
      session.raiseEpoch(epoch);
      return true;
    } catch {
      return false;
    }
  }
}

const stale = (epoch: number, highest: number): RpcError =>
  new RpcError('FAILED_PRECONDITION', 'EPOCH_STALE', `The epoch ${epoch} is below ${highest}.`);
