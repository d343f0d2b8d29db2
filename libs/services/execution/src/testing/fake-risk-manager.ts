import { common, risk } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';

/** A risk-manager that remembers its verdicts and reservations and says what it is told to. */
export class FakeRiskManager {
  /** Code of the denial of every new order; undefined: they are approved. */
  denial: string | undefined;
  isDown = false;
  /** Lets a close through with every entry, for brokers that take stops only afterwards. */
  protects = false;
  readonly verdicts = new Map<string, risk.CheckOrderResponse>();
  readonly reserved = new Set<string>();
  readonly asked: risk.CheckOrderRequest[] = [];
  readonly halts: risk.SetTradingStateRequest[] = [];
  readonly releases: risk.ReleaseReservationsRequest[] = [];
  /** Holds back the next answers until it resolves. */
  pause: Promise<void> | undefined;

  async checkOrder(request: risk.CheckOrderRequest): Promise<risk.CheckOrderResponse> {
    this.answerOrFail();
    this.asked.push(request);
    const coid = request.order?.coid ?? '';
    const approved = this.denial === undefined;
    const verdict = risk.CheckOrderResponse.fromPartial({
      approved,
      code: this.denial ?? '',
      message: approved ? '' : `Denied: ${this.denial ?? ''}.`,
      checks: [{ code: this.denial ?? 'SPREAD_TOO_WIDE', passed: approved }],
      worstPrice: approved ? '1.20000' : '',
      ...(approved
        ? {
            approval: {
              envelope: Buffer.from(
                common.ApprovalEnvelope.encode(common.ApprovalEnvelope.fromPartial({ coid })).finish(),
              ),
              keyId: 'test',
              signature: Buffer.from('signed'),
            },
          }
        : {}),
      ...(approved && this.protects && request.order !== undefined
        ? { protectiveClose: closeOf(request.order, request.epoch) }
        : {}),
    });
    this.verdicts.set(coid, verdict);
    if (approved) this.reserved.add(coid);
    await this.pause;
    return verdict;
  }

  async releaseReservations(request: risk.ReleaseReservationsRequest): Promise<risk.ReleaseReservationsResponse> {
    this.answerOrFail();
    this.releases.push(request);
    const released = [...this.reserved].filter((coid) => !request.coids.includes(coid));
    for (const coid of released) this.reserved.delete(coid);
    return { released };
  }

  async setTradingState(request: risk.SetTradingStateRequest): Promise<risk.GetTradingStateResponse> {
    this.answerOrFail();
    this.halts.push(request);
    return { accounts: [] };
  }

  async getTradingState({ accountId }: risk.GetTradingStateRequest): Promise<risk.GetTradingStateResponse> {
    this.answerOrFail();
    const state = this.halts.findLast((halt) => halt.accountId === accountId)?.state ?? 'TRADING_STATE_ACTIVE';
    return { accounts: [risk.AccountTradingState.fromPartial({ accountId, state })] };
  }

  /** Execution uses no more of risk-manager than this. */
  get client(): risk.RiskManagerService {
    return this as unknown as risk.RiskManagerService;
  }

  private answerOrFail(): void {
    if (this.isDown) throw new RpcError('UNAVAILABLE', 'UNAVAILABLE', 'No connection.');
  }
}

function signed(envelope: Partial<common.ApprovalEnvelope>): common.Approval {
  const bytes = common.ApprovalEnvelope.encode(common.ApprovalEnvelope.fromPartial(envelope)).finish();
  return { envelope: Buffer.from(bytes), keyId: 'test', signature: Buffer.from('signed') };
}

function closeOf(order: common.OrderRequest, epoch: number): common.Approval {
  return signed({
    coid: `close-${order.coid}`,
    accountId: order.accountId,
    symbol: order.symbol,
    side: order.side === common.Side.BUY ? common.Side.SELL : common.Side.BUY,
    type: common.OrderType.MARKET,
    volumeLots: order.volumeLots,
    reduceOnly: true,
    worstPrice: '1',
    verb: 'submit',
    epoch,
  });
}
