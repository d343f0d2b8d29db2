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

  has(coid: string): boolean {
    return this.journal.some((order) => order.coid === coid);
  }

  async submitOrder({ order }: gateway.SubmitOrderRequest): Promise<gateway.SubmitOrderResponse> {
    if (order === undefined) throw new Error('A submit without an order.');
    this.submitted.push(order.coid);
    await this.pause;
    const answer = (status: gateway.SubmitStatus, code: string, message: string) =>
      gateway.SubmitOrderResponse.fromPartial({ status, code, message, sentUs: 1, ackedUs: 2 });
    if (this.way === 'down') throw new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'No connection.');
    if (this.way === 'offline') return answer('SUBMIT_STATUS_REJECTED', 'TERMINAL_OFFLINE', 'No terminal.');
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
    return gateway.QueryOrderResponse.fromPartial({ status: known ? 'QUERY_STATUS_KNOWN' : 'QUERY_STATUS_ABSENT' });
  }

  async setHalt(request: gateway.SetHaltRequest): Promise<gateway.SetHaltResponse> {
    this.halts.push(request);
    return { accountIds: [request.accountId] };
  }

  /** Execution uses no more of a gateway than this. */
  get client(): gateway.GatewayService {
    return this as unknown as gateway.GatewayService;
  }
}
