import { execution } from '@trading/contracts';
import { orderAlerts } from './order-alerts';

const event = (kind: execution.OrderEventKind, ambiguous = false): execution.OrderEvent =>
  execution.OrderEvent.fromPartial({ accountId: 'A', coid: 'c-1', kind, order: { ambiguous } });

describe('alerts of orders', () => {
  it('tell of what nobody knows, of what only a person can settle, and of too much', () => {
    const { UNKNOWN, OVERFILL, FILLED, REJECTED } = execution.OrderEventKind;
    const events = [event(FILLED), event(UNKNOWN), event(UNKNOWN, true), event(OVERFILL), event(REJECTED)];
    expect(orderAlerts(events).map(({ code, severity, about }) => [code, severity, about])).toEqual([
      ['ORDER_UNKNOWN', 'warning', 'c-1'],
      ['ORDER_AMBIGUOUS', 'critical', 'c-1'],
      ['ORDER_OVERFILL', 'critical', 'c-1'],
    ]);
  });
});
