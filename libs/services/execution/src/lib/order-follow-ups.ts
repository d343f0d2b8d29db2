import type { Logger } from '@trading/platform-logging';
import { LeaseLost } from './account-lease';
import { SequenceTaken } from './account-writer';
import type { EntryProtection } from './entry-protection';
import type { GroupCancels } from './group-cancels';
import { ocoRequestId } from './oco-groups';
import type { ExecutionStage } from './execution-stage';
import type { Flattens } from './flatten-pursuit';
import type { OrderCommands } from './order-commands';
import type { OrderSubmission } from './submit-order';
import type { TrailingStops } from './trailing-stops';

/** A command that the terminal has not answered for so long is sent again. */
const SEND_AGAIN_MS = 10_000;

/**
 * What execution does by itself after something happened: cancels within a group, stops of new positions, stops that
 * follow the price. In simulated time it is part of the barrier's step; otherwise one round at a time runs beside the
 * account's events.
 */
export class OrderFollowUps {
  private readonly sentMs = new Map<string, number>();
  private readonly running = new Map<string, Promise<void>>();
  private readonly wanted = new Set<string>();

  constructor(
    private readonly parts: {
      readonly commands: OrderCommands;
      readonly submission: OrderSubmission;
      readonly groups: GroupCancels;
      readonly flattens: Flattens;
      readonly protection: EntryProtection;
      readonly trailing: TrailingStops;
      readonly logger: Logger;
      readonly monotonicMs: () => number;
    },
  ) {}

  /** Those of a barrier's step, within the writer's `exclusive`; played again, those that the terminal never had. */
  async inStep(stage: ExecutionStage, barrier: number): Promise<void> {
    const { commands, submission, groups, flattens, protection, trailing } = this.parts;
    await commands.dispatch(stage, true, (command) => command.barrier === barrier);
    if (stage.absent.size > 0) await submission.deliverUnsubmitted(stage, barrier);
    await groups.pursue(stage, true);
    await flattens.advance(stage, true);
    await protection.advance(stage, true);
    await trailing.follow(stage, { inStep: true });
  }

  /** Runs a round soon; what happens meanwhile has another. */
  soon(stage: ExecutionStage): void {
    const { accountId } = stage.writer;
    this.wanted.add(accountId);
    if (this.running.has(accountId)) return;
    this.running.set(
      accountId,
      this.rounds(stage).finally(() => this.running.delete(accountId)),
    );
  }

  /** Resolves when no round is under way. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  private async rounds(stage: ExecutionStage): Promise<void> {
    const { accountId } = stage.writer;
    while (this.wanted.delete(accountId)) {
      try {
        await this.round(stage);
      } catch (error) {
        if (error instanceof LeaseLost || error instanceof SequenceTaken) return;
        this.parts.logger.error({ accountId, error: String(error) }, 'What follows from orders could not be done yet.');
      }
    }
  }

  private async round(stage: ExecutionStage): Promise<void> {
    const { commands, groups, flattens, protection, trailing, monotonicMs } = this.parts;
    const { writer } = stage;
    if (!stage.isReady) return;
    const now = monotonicMs();
    await commands.dispatch(stage, false, ({ requestId, coid, inStep }) => {
      const name = `${writer.accountId}|${requestId}`;
      const last = this.sentMs.get(name);
      // Those that somebody waits for were sent when they were stored.
      if (last === undefined && !inStep && requestId !== ocoRequestId(coid, 1)) {
        this.sentMs.set(name, now);
        return false;
      }
      if (last !== undefined && now - last < SEND_AGAIN_MS) return false;
      this.sentMs.set(name, now);
      return true;
    });
    await groups.pursue(stage, false);
    await flattens.advance(stage, false);
    await protection.advance(stage, false);
    await trailing.follow(stage, { inStep: false });
    if (writer.pending.size === 0) this.forget(writer.accountId);
  }

  private forget(accountId: string): void {
    for (const name of this.sentMs.keys()) if (name.startsWith(`${accountId}|`)) this.sentMs.delete(name);
  }
}
