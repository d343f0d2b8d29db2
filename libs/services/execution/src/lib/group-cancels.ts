import type { AlertSink } from '@trading/platform-alerting';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { ocoRequestId } from './oco-groups';
import type { ExecutionStage } from './execution-stage';
import { groupAlert } from './order-alerts';
import type { OrderCommands } from './order-commands';
import type { OrderCommand } from './order-command';
import type { OrderRecord } from './order-record';
import type { OrderStore } from './order-store';

export interface GroupPorts {
  readonly store: OrderStore;
  readonly commands: OrderCommands;
  readonly alerts: AlertSink;
  readonly logger: Logger;
}

/** From this attempt on people are told. */
const LOUD_FROM = 3;
/** Pauses after the first ten attempts, the next twenty and the others, event time. */
const PAUSES_US: readonly (readonly [attempts: number, pauseUs: number])[] = [
  [10, 1_000_000],
  [30, 10_000_000],
  [Infinity, 60_000_000],
];

/**
 * Two orders of a group never work side by side once one has had a fill: the others are canceled until each has ended.
 * A cancel may be refused, as when it overtook its own order on the way to the terminal; then another one, with a number
 * of its own, follows. All of it comes from the store, so that a crash changes nothing.
 */
export class GroupCancels {
  constructor(private readonly ports: GroupPorts) {}

  /** One look at all orders of groups; not within the writer's `exclusive` unless `inStep`. */
  async pursue(stage: ExecutionStage, inStep: boolean): Promise<void> {
    const { writer } = stage;
    const canceling = new Set(
      [...writer.pending.values()].flatMap(({ verb, coid }) => (verb === 'cancel' ? [coid] : [])),
    );
    for (const record of writer.working()) {
      const group = record.order.request?.ocoGroup ?? '';
      if (group === '' || canceling.has(record.view.request.coid)) continue;
      const first = await this.ports.store.firstFilled(writer.accountId, group);
      if (first === undefined || first === record.view.request.coid) continue;
      await this.cancel(stage, record, inStep);
    }
  }

  private async cancel(stage: ExecutionStage, record: OrderRecord, inStep: boolean): Promise<void> {
    const { writer } = stage;
    const { coid } = record.view.request;
    const made = await this.made(writer.accountId, coid);
    const last = made.at(-1);
    if (last !== undefined && stage.timeUs < last.timeUs + pauseAfter(made.length, record)) return;
    const n = made.length + 1;
    if (last !== undefined && n >= LOUD_FROM) this.tell(writer.accountId, coid, n, last);
    await this.ports.commands.cancel(stage, coid, ocoRequestId(coid, n), inStep).catch((error: unknown) => {
      // It has ended meanwhile.
      if (!(error instanceof RpcError) || error.code !== 'ORDER_NOT_WORKING') throw error;
    });
  }

  private async made(accountId: string, coid: string): Promise<OrderCommand[]> {
    const { commands } = this.ports.store;
    const found: OrderCommand[] = [];
    for (const command of await commands.ofOrder(accountId, coid))
      if (command.requestId === ocoRequestId(coid, found.length + 1)) found.push(command);
    return found;
  }

  private tell(accountId: string, coid: string, n: number, { code, message }: OrderCommand): void {
    const fields = { accountId, coid, attempt: n, code, reason: message };
    this.ports.logger.error(fields, 'An order whose group has had its fill could not be canceled yet.');
    this.ports.alerts.raise(groupAlert(accountId, coid, message));
  }
}

/** An order that the terminal has by now is canceled at once: the first cancel may have come before it. */
function pauseAfter(attempts: number, { view: { state } }: OrderRecord): number {
  if (attempts === 1 && (state === 'ACCEPTED' || state === 'PARTIALLY_FILLED')) return 0;
  return PAUSES_US.find(([most]) => attempts < most)?.[1] ?? 0;
}
