import { gateway } from '@trading/contracts';
import type { SessionStart } from '@trading/platform-barrier';
import type { Logger } from '@trading/platform-logging';
import type { OrderEvent } from '@trading/trading-orders';
import type { AccountWriter } from './account-writer';
import type { OrderStore } from './order-store';

export interface SettlePorts {
  readonly store: OrderStore;
  readonly gateway: gateway.GatewayService;
  readonly logger: Logger;
}

/**
 * Orders that were on their way when the last session ended: their outcome is UNKNOWN until the terminal has told. One
 * that the terminal never had is refused there for ever and ends as REJECTED; nothing is sent to repair it. Only what a
 * decision of the part that is played again submits anew stays open, to be delivered then under the same id.
 *
 * Returns those. The events are committed, not published: they are repeated in their place with the stored ones, and
 * without simulated time with what has not reached the bus.
 */
export async function settleUnresolved(
  writer: AccountWriter,
  session: SessionStart,
  ports: SettlePorts,
): Promise<Set<string>> {
  const absent = new Set<string>();
  for (const coid of await ports.store.unresolved(writer.accountId)) {
    const record = await writer.record(coid);
    if (record === undefined) continue;
    const timeUs = Math.max(session.timeUs, record.order.updatedUs);
    const happen = (cause: string, event: OrderEvent) =>
      writer.commit([{ coid, cause, event }], { inStep: false, isQuiet: true });
    if (record.view.state === 'SUBMITTED') {
      const message = 'The session ended before the outcome was known.';
      await happen(`restart:${coid}:${session.sessionId}`, { kind: 'UNKNOWN', timeUs, code: 'RESTARTED', message });
    }
    // Without simulated time it may still be on its way: the comparison with the broker finds out.
    if (!session.lockstep) continue;
    const comesAgain = record.view.request.origin === 'STRATEGY' && record.order.barrier > session.resumeFrom;
    if ((await ask(writer.accountId, coid, !comesAgain, ports)) !== gateway.QueryStatus.ABSENT) continue;
    if (comesAgain) {
      absent.add(coid);
      continue;
    }
    const message = 'The order never reached the terminal.';
    await happen(`query:${coid}`, { kind: 'REJECTED', timeUs, code: 'NEVER_SENT', message });
  }
  return absent;
}

/** A gateway that cannot be asked proves nothing. */
async function ask(
  accountId: string,
  coid: string,
  tombstone: boolean,
  ports: SettlePorts,
): Promise<gateway.QueryStatus> {
  try {
    return (await ports.gateway.queryOrder({ accountId, coid, tombstone })).status;
  } catch (error) {
    ports.logger.warn({ accountId, coid, error: String(error) }, 'The gateway could not be asked about an order.');
    return gateway.QueryStatus.UNREACHABLE;
  }
}
