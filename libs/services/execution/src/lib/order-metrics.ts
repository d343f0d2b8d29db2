import type { execution } from '@trading/contracts';
import { counter } from '@trading/platform-metrics';

const orders = counter('trading_execution_orders_total', 'Orders by each state that they came to.', ['state']);

/** Counts new events; an event that repeats a state (another partial fill) counts again. */
export function countOrders(events: readonly execution.OrderEvent[]): void {
  for (const { order } of events) {
    if (order !== undefined) orders.inc({ state: order.state.replace('ORDER_STATE_', '').toLowerCase() });
  }
}
