import type { execution } from '@trading/contracts';
import { counter } from '@trading/platform-metrics';

const orders = counter('trading_execution_orders_total', 'Orders by each state that they came to.', ['state']);
const lateFills = counter('trading_execution_late_fills_total', 'Fills that came after their order had ended.');
const commands = counter('trading_execution_commands_total', 'Modifications and cancels by what became of them.', [
  'verb',
  'outcome',
]);
const leases = counter('trading_execution_leases_lost_total', 'Accounts that another process took over.');
const flattens = counter('trading_execution_flattens_total', 'Accounts that were to be flat, by how that ended.', [
  'outcome',
]);
const unprotected = counter(
  'trading_execution_protective_closes_total',
  'Positions closed because their stops could not be set in time.',
);

/** Counts new events; an event that repeats a state (another partial fill) counts again. */
export function countOrders(events: readonly execution.OrderEvent[]): void {
  for (const { order } of events) {
    if (order !== undefined) orders.inc({ state: order.state.replace('ORDER_STATE_', '').toLowerCase() });
  }
}

export function countLateFill(): void {
  lateFills.inc();
}

export function countCommand(verb: string, outcome: string): void {
  commands.inc({ verb, outcome: outcome.toLowerCase() });
}

export function countLeaseLost(): void {
  leases.inc();
}

export function countFlattenEnd(outcome: string): void {
  flattens.inc({ outcome: outcome.toLowerCase() });
}

export function countProtectiveClose(): void {
  unprotected.inc();
}
