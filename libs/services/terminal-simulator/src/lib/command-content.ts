import type { terminal } from '@trading/contracts';
import type { StopChange } from '@trading/trading-simulation';
import type { DealBook } from './deal-book';
import type { CommandRecord } from './journal-record';

/*
 * What the commands of the journal ask for, whichever verb they have.
 */

/** Empty: of no symbol that the command names. */
export function symbolOf(record: CommandRecord): string {
  switch (record.kind) {
    case 'submit':
      return record.order.symbol;
    case 'modify':
      return record.change.symbol;
    case 'cancel':
      return '';
  }
}

/** Until when an attempt may be made, UTC microseconds; Infinity: always. */
export function notAfterOf(record: CommandRecord): number {
  switch (record.kind) {
    case 'submit':
      return record.order.notAfter;
    case 'modify':
      return record.change.notAfter;
    case 'cancel':
      return Infinity;
  }
}

/** What a modification wants of the stops of a position. */
export function stopsOf({ sl, tp }: terminal.OrderModify): StopChange {
  return { ...(sl !== undefined && { stopLoss: sl }), ...(tp !== undefined && { takeProfit: tp }) };
}

/** A gateway names positions as the terminal does. */
export function withBrokerPositions(order: terminal.OrderSubmit, deals: DealBook): terminal.OrderSubmit {
  const { positionId, closeByPositionId } = order;
  return {
    ...order,
    ...(positionId !== undefined && { positionId: deals.brokerPosition(positionId) }),
    ...(closeByPositionId !== undefined && { closeByPositionId: deals.brokerPosition(closeByPositionId) }),
  };
}
