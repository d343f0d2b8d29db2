import type { AccountWriter } from './account-writer';
import type { OrderCommand } from './order-command';
import type { Happening, OrderRecord } from './order-record';
import { isTerminal } from '@trading/trading-orders';

/**
 * The cancels that fills bring about: when an order of a group is filled, also in part, the others of its group are
 * canceled. The cancel is named after its order, so that repeating changes nothing; one that is refused, and those of
 * orders that are filled at the same moment, are left to {@link GroupCancels}.
 */
export function cancelsOfGroups(
  writer: AccountWriter,
  happenings: readonly Happening[],
  drafted: ReadonlyMap<string, OrderRecord>,
  inStep: boolean,
): { readonly happenings: readonly Happening[]; readonly commands: readonly OrderCommand[] } {
  const filled = new Map<string, Happening>();
  for (const happening of happenings) {
    const group = drafted.get(happening.coid)?.order.request?.ocoGroup ?? '';
    if (happening.event.kind === 'FILLED' && group !== '' && !filled.has(group)) filled.set(group, happening);
  }
  if (filled.size === 0) return { happenings: [], commands: [] };
  const cancels: Happening[] = [];
  const commands: OrderCommand[] = [];
  for (const before of writer.working()) {
    const record = drafted.get(before.view.request.coid) ?? before;
    const { coid, symbol } = record.view.request;
    const cause = filled.get(record.order.request?.ocoGroup ?? '');
    if (cause === undefined || cause.coid === coid || isTerminal(record.view.state)) continue;
    // Of two that fill at the same moment the first one counts, and sequences say which that is.
    if (record.view.filledLots.gt(0) || record.view.pendingCommand === 'cancel') continue;
    const requestId = ocoRequestId(coid, 1);
    const { timeUs } = cause.event;
    cancels.push({ coid, cause: `oco:${cause.coid}`, event: { kind: 'CANCEL_REQUESTED', timeUs } });
    commands.push({
      ...{ accountId: writer.accountId, requestId, verb: 'cancel', coid, symbol, positionKey: '', positionId: '' },
      ...{ changes: {}, state: 'PENDING', code: '', message: '', timeUs, barrier: writer.barrier, inStep, checks: [] },
    });
  }
  return { happenings: cancels, commands };
}

/** Of an order's nth cancel for its group. */
export function ocoRequestId(coid: string, n: number): string {
  return n === 1 ? `oco-${coid}` : `oco-${n}-${coid}`;
}
