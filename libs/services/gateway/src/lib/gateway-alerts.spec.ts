import type { Alert } from '@trading/platform-alerting';
import { GatewayAlerts } from './gateway-alerts';

describe('alerts of a gateway', () => {
  const raised: Alert[] = [];
  let alerts: GatewayAlerts;

  beforeEach(() => {
    jest.useFakeTimers();
    raised.length = 0;
    alerts = new GatewayAlerts({ raise: (alert) => raised.push(alert) }, 1_000);
  });
  afterEach(() => {
    alerts.close();
    jest.useRealTimers();
  });

  it('tell of a terminal that stays away, once', () => {
    alerts.gone('A', 'no heartbeat');
    jest.advanceTimersByTime(600);
    alerts.gone('A', 'closed while it was greeted');
    jest.advanceTimersByTime(600);
    expect(raised.map(({ code, about, facts }) => [code, about, facts['reason']])).toEqual([
      ['TERMINAL_LOST', 'A', 'no heartbeat'],
    ]);
  });

  it('say nothing of one that is back soon, nor when the gateway stops', () => {
    alerts.gone('A', 'no heartbeat');
    alerts.gone('B', 'no heartbeat');
    alerts.back('A');
    alerts.close();
    jest.advanceTimersByTime(5_000);
    expect(raised).toEqual([]);
  });

  it('tell of an account that the gateway holds', () => {
    alerts.held('A', 'an operator said so');
    expect(raised).toMatchObject([{ code: 'GATEWAY_HALTED', about: 'A' }]);
  });
});
