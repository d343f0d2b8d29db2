import type { common, gateway } from '@trading/contracts';
import { crashPoint } from '@trading/platform-crash-points';
import { RpcError } from '@trading/platform-grpc';
import type { AccountWriter } from './account-writer';
import { LeaseLost, type AccountLease } from './account-lease';
import type { OrderCommand } from './order-command';

/**
 * The one way from an account's writer to its terminal. Before each command the lease is looked at: a process that was
 * frozen sends nothing that another has not allowed it. Before the first, the terminal is told of the epoch, so that what
 * an older writer still has on its way is refused there.
 */
export class TerminalDoor {
  private readonly fenced = new WeakSet<AccountLease>();

  constructor(private readonly client: gateway.GatewayService) {}

  /**
   * Has the terminal refuse everything of older writers. Once per lease.
   * @throws {LeaseLost}, and what the call fails with
   */
  async fence({ accountId, lease }: AccountWriter): Promise<void> {
    if (lease === undefined) throw new LeaseLost(accountId, 0);
    await lease.require();
    if (this.fenced.has(lease)) return;
    await this.client.fence({ accountId, epoch: lease.epoch }).catch((error: unknown) => {
      // A gateway from before there were fences knows epochs from its handshakes only.
      if (!(error instanceof RpcError) || error.status !== 'UNIMPLEMENTED') throw error;
    });
    crashPoint('execution.fence.sent');
    this.fenced.add(lease);
    // The call may have taken longer than the lease.
    await lease.require();
  }

  /** Throws {@link LeaseLost}, and what the call fails with: then nobody knows whether it arrived. */
  async submit(
    writer: AccountWriter,
    order: common.OrderRequest,
    approval: common.Approval | undefined,
  ): Promise<gateway.SubmitOrderResponse> {
    await this.fence(writer);
    crashPoint('execution.order.sending');
    return this.client.submitOrder({ order, approval, epoch: writer.epoch });
  }

  /** As {@link submit}; repeating it is harmless, the terminal carries a request id out once. */
  async command(writer: AccountWriter, command: OrderCommand, brokerTicket: string): Promise<gateway.CommandAck> {
    await this.fence(writer);
    const { accountId, coid, requestId, symbol, positionId, changes, approval } = command;
    const { epoch } = writer;
    if (command.verb === 'cancel') return this.client.cancelOrder({ accountId, coid, epoch, requestId, brokerTicket });
    return this.client.modifyOrder({
      accountId,
      coid: command.positionKey === '' ? coid : '',
      symbol,
      positionId,
      price: changes.price,
      stopLoss: changes.stopLoss,
      takeProfit: changes.takeProfit,
      expiresUs: changes.expiresUs,
      stopLimitPrice: changes.stopLimitPrice,
      approval,
      epoch,
      requestId,
      brokerTicket,
    });
  }
}
