import { gateway, type common } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';

/** How the way to the terminal behaves. */
export type Way =
  /** Commands arrive and are acknowledged. */
  | 'up'
  /** Commands arrive, their acknowledgement does not. */
  | 'loses-answers'
  /** Commands do not arrive, and nobody says so. */
  | 'loses-orders'
  /** The gateway says that the terminal is not connected. */
  | 'offline'
  /** The gateway itself does not answer. */
  | 'down';

/** A terminal behind its gateway: journals each command once by its id, refuses tombstones, and loses what it is told to. */
export class FakeTerminal {
  way: Way = 'up';
  /** Holds commands back before they arrive until it resolves. */
  pause: Promise<void> | undefined;
  readonly journal: common.OrderRequest[] = [];
  readonly tombstones = new Set<string>();
  readonly halts: gateway.SetHaltRequest[] = [];
  /** Every submit that was attempted, by client order id. */
  readonly submitted: string[] = [];

  readonly fences: number[] = [];
  /** The commands that arrived, each request id once. */
  readonly modified: gateway.ModifyOrderRequest[] = [];
  readonly canceled: gateway.CancelOrderRequest[] = [];
  /** How often a command was tried, by request id. */
  readonly tries = new Map<string, number>();
  /** Code with which modifications are refused before the terminal takes them. */
  refusesChanges: string | undefined;

  /** What it shows of its broker. */
  broker = gateway.Snapshot.fromPartial({});
  history = gateway.ListHistoryResponse.fromPartial({});
  /** Sessions whose comparison was said to be over. */
  readonly synced: string[] = [];

  reset(): void {
    this.broker = gateway.Snapshot.fromPartial({});
    this.history = gateway.ListHistoryResponse.fromPartial({});
    this.synced.length = 0;
    this.fences.length = this.modified.length = this.canceled.length = 0;
    this.tries.clear();
    this.refusesChanges = undefined;
  }

  /** The highest epoch that it was told of. */
  get epoch(): number {
    return Math.max(0, ...this.fences);
  }

  async fence({ epoch }: gateway.FenceRequest): Promise<gateway.FenceResponse> {
    if (this.way === 'down') throw new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'No connection.');
    this.fences.push(epoch);
    return { journalled: this.way !== 'offline', epoch: this.epoch };
  }

  async modifyOrder(request: gateway.ModifyOrderRequest): Promise<gateway.CommandAck> {
    const refusal = this.refusesChanges;
    if (refusal !== undefined) return { status: 'SUBMIT_STATUS_REJECTED', code: refusal, message: 'No.' };
    return this.command(request, () => {
      if (!this.modified.some((known) => known.requestId === request.requestId)) this.modified.push(request);
    });
  }

  async cancelOrder(request: gateway.CancelOrderRequest): Promise<gateway.CommandAck> {
    return this.command(request, () => {
      if (!this.canceled.some((known) => known.requestId === request.requestId)) this.canceled.push(request);
    });
  }

  private async command(
    { requestId, epoch }: { readonly requestId: string; readonly epoch: number },
    take: () => void,
  ): Promise<gateway.CommandAck> {
    this.tries.set(requestId, (this.tries.get(requestId) ?? 0) + 1);
    await this.pause;
    if (this.way === 'down') throw new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'No connection.');
    if (this.way === 'offline') return { status: 'SUBMIT_STATUS_REJECTED', code: 'TERMINAL_OFFLINE', message: 'No.' };
    if (epoch < this.epoch)
      return { status: 'SUBMIT_STATUS_REJECTED', code: 'EPOCH_STALE', message: 'An older writer.' };
    if (this.way !== 'loses-orders') take();
    if (this.way !== 'up') return { status: 'SUBMIT_STATUS_UNKNOWN', code: 'NO_ACK', message: 'No answer.' };
    return { status: 'SUBMIT_STATUS_JOURNALLED', code: '', message: '' };
  }

  has(coid: string): boolean {
    return this.journal.some((order) => order.coid === coid);
  }

  async submitOrder({ order, epoch }: gateway.SubmitOrderRequest): Promise<gateway.SubmitOrderResponse> {
    if (order === undefined) throw new Error('A submit without an order.');
    this.submitted.push(order.coid);
    await this.pause;
    const answer = (status: gateway.SubmitStatus, code: string, message: string) =>
      gateway.SubmitOrderResponse.fromPartial({ status, code, message, sentUs: 1, ackedUs: 2 });
    if (this.way === 'down') throw new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'No connection.');
    if (this.way === 'offline') return answer('SUBMIT_STATUS_REJECTED', 'TERMINAL_OFFLINE', 'No terminal.');
    if (epoch < this.epoch) return answer('SUBMIT_STATUS_REJECTED', 'EPOCH_STALE', 'An older writer.');
    if (this.tombstones.has(order.coid))
      return answer('SUBMIT_STATUS_REJECTED', 'COID_TOMBSTONED', 'Refused for ever.');
    if (this.way !== 'loses-orders' && !this.has(order.coid)) this.journal.push(order);
    if (this.way !== 'up') return answer('SUBMIT_STATUS_UNKNOWN', 'NO_ACK', 'No acknowledgement in time.');
    return answer('SUBMIT_STATUS_JOURNALLED', '', '');
  }

  async queryOrder({ coid, tombstone }: gateway.QueryOrderRequest): Promise<gateway.QueryOrderResponse> {
    if (this.way === 'down') throw new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'No connection.');
    const known = this.has(coid);
    if (!known && tombstone) this.tombstones.add(coid);
    return gateway.QueryOrderResponse.fromPartial({
      status: known ? 'QUERY_STATUS_KNOWN' : 'QUERY_STATUS_ABSENT',
      tombstoned: this.tombstones.has(coid),
      connected: true,
    });
  }

  async setHalt(request: gateway.SetHaltRequest): Promise<gateway.SetHaltResponse> {
    this.halts.push(request);
    return { accountIds: [request.accountId] };
  }

  async getSnapshot(): Promise<gateway.Snapshot> {
    if (this.way === 'down') throw new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'No connection.');
    return this.broker;
  }

  /** In pages of one deal. */
  async listHistory({ after }: gateway.ListHistoryRequest): Promise<gateway.ListHistoryResponse> {
    const { deals } = this.history;
    const page = after === '' ? 0 : Number(after);
    const next = page + 1 < deals.length ? String(page + 1) : '';
    return { ...this.history, deals: deals.slice(page, page + 1), next };
  }

  async endSync({ sessionId }: gateway.EndSyncRequest): Promise<gateway.EndSyncResponse> {
    this.synced.push(sessionId);
    return {};
  }

  /** Execution uses no more of a gateway than this. */
  get client(): gateway.GatewayService {
    return this as unknown as gateway.GatewayService;
  }
}
